#include "relation/forward_load.hpp"

#include <deque>
#include <functional>

#include <fmt/format.h>

#include "model/relation_data.hpp"
#include "query/query_compiler.hpp"
#include "relation/distinct_texts.hpp"
#include "relation/link_statements.hpp"
#include "relation/model_load.hpp"

namespace gm2m::relation {
namespace {

using backend::Access;
using backend::Request;
using backend::ValueList;

/// The targets of a GM2M field of the owners, which are of its source model.
class ForwardLoad final : public backend::ResultSink {
public:
    ForwardLoad(Context& context, const GM2MField& relation, const Owners& owners, const detail::ModelQueries& queries)
        : context_(context), relation_(relation), sql_(LinkStatements::of(context, relation)), owners_(owners),
          queries_(queries), kind_(owners.keys().kind()) {}

    std::vector<Object> run() {
        for (std::size_t begin = 0; begin < owners_.size(); begin += context_.keys_per_statement)
            read_links(owners_.keys().slice(begin, context_.keys_per_statement));
        LinksByOwner links = sorted_links();
        load_targets();
        owners_.give(std::move(links), objects_, relation_.relation(), false);
        std::erase_if(objects_, [](const Object& object) { return !object; });
        return std::move(objects_);
    }

    void row(std::span<const ValueView> cells) override {
        const std::uint32_t owner = index_.find_next(owners_.keys(), cells[0]);
        if (owner == KeyIndex::none || cells[1].is_null() || cells[2].is_null())
            return;
        TargetModel& model = model_of(cells[1].integer());
        links_.push(cells.size() > 3 ? cells[3].integer() : 0, owner, model.number(cells[2].text(), targets_));
    }

private:
    /// The targets of one content type. All targets are numbered as they come, whatever their content type.
    struct TargetModel {
        explicit TargetModel(std::int64_t type) : content_type(type) {}

        std::int64_t content_type;
        DistinctTexts keys;
        std::vector<std::uint32_t> numbers;  // of each key's target

        std::uint32_t number(std::string_view key, std::uint32_t& targets) {
            const std::uint32_t i = keys.insert(key);
            if (i == numbers.size())
                numbers.push_back(targets++);
            return numbers[i];
        }
    };

    void read_links(const ValueList& sources) {
        const Kind all_columns[] = {kind_, Kind::integer, Kind::text, Kind::big_integer};
        const std::span columns(all_columns, queries_.empty() && !sql_.is_numbered ? 3 : 4);
        query::SqlWriter writer(context_.connection.dialect());
        const std::size_t list = writer.bind(sources);
        const std::string sql = queries_.empty() ? sql_.of_many_sources : queried_links(writer, list);
        Request request{.sql = &sql,
                        .parameters = writer.parameters(),
                        .columns = columns,
                        .sink = this,
                        .row_by_row = true,
                        .lists = queries_.empty() && sql_.of_many_sources_has_lists ? std::size_t{1} : 0};
        context_.connection.execute(request, Access::read);
    }

    /// The links to objects of the queries, and those to objects of other models.
    std::string queried_links(query::SqlWriter& writer, std::size_t sources) const {
        const backend::Dialect& dialect = context_.connection.dialect();
        const schema::JoinTable join = schema::join_table_of(relation_);
        ValueList queried(Kind::integer);
        for (const auto& query : queries_)
            queried.push_integer(context_.content_types.id_or_none(join.linked_model(*query->model)));
        const std::string content_type = "l." + dialect.quote(join.content_type_column);
        const std::string source = "l." + dialect.quote(join.source_column);
        const schema::PlacedLinks links = schema::placed_links(dialect, join, "l", sources);
        std::string sql = fmt::format("SELECT {}, {}, l.{}, {} FROM {} AS l WHERE {} AND NOT ({})", source,
                                      content_type, dialect.quote(join.key_column), links.place, links.table,
                                      dialect.in_list(source, sources, kind_),
                                      dialect.in_list(content_type, writer.bind(std::move(queried)), Kind::integer));
        for (const auto& query : queries_) {
            query::QueryCompiler compiler(context_, *query, writer);
            compiler.select_links(join, sources);
            sql += " UNION ALL " + compiler.sql();
        }
        return sql;
    }

    TargetModel& model_of(std::int64_t content_type) {
        const auto found = std::ranges::find(models_, content_type, &TargetModel::content_type);
        return found != models_.end() ? *found : models_.emplace_back(content_type);
    }

    /// In the order of the links; where a query has an order, or the links have none, model by model.
    LinksByOwner sorted_links() {
        using Link = LoadedLinks::Link;
        LoadedLinks links = std::move(links_);
        if (queries_.empty() && !sql_.is_numbered)  // the statement has sorted them
            return std::move(links).by_owner(owners_.size(), [](std::span<Link>) {});
        const bool has_order = sql_.is_numbered || sql_.has_ordering;
        if (has_order && std::ranges::none_of(queries_, [](const auto& query) { return query->is_ordered(); }))
            return std::move(links).by_owner(owners_.size(),
                                             [](std::span<Link> own) { std::ranges::sort(own, {}, &Link::order); });
        const std::vector<std::pair<std::int64_t, std::string>> references = references_of_targets();
        return std::move(links).by_owner(owners_.size(), [&](std::span<Link> own) {
            std::ranges::sort(own, {}, [&](const Link& link) {
                const auto& [content_type, key] = references[link.target];
                return std::tuple(content_type, link.order, std::string_view(key));
            });
        });
    }

    /// By number: content type and key.
    std::vector<std::pair<std::int64_t, std::string>> references_of_targets() const {
        std::vector<std::pair<std::int64_t, std::string>> references(targets_);
        for (const TargetModel& model : models_)
            for (std::size_t i = 0; i < model.keys.size(); ++i)
                references[model.numbers[i]] = {model.content_type, model.keys.text_of(i)};
        return references;
    }

    void load_targets() {
        objects_.resize(targets_);
        std::deque<ModelLoad> loads;
        std::vector<Request> requests;
        // Those of which there are most come first, and become objects while the server finds the others.
        std::ranges::stable_sort(models_, std::greater(), [](const TargetModel& model) { return model.keys.size(); });
        for (TargetModel& model : models_) {
            const auto content_type = context_.content_types.find(static_cast<int>(model.content_type));
            if (content_type && content_type->registered)
                loads.emplace_back(*content_type->registered, model.keys.list(), objects_,
                                   queries_.empty() ? std::move(model.numbers) : model.numbers)
                    .append_requests(context_, requests);
            model.keys = {};
        }
        context_.connection.execute(requests, Access::read);
        for (const auto& query : queries_)
            for (const TargetModel& model : models_)
                if (model.content_type == context_.content_types.find_id(relation_.data().linked_model(*query->model)))
                    run_after_fetch(*query, model.numbers);
    }

    /// What the query itself prefetches.
    void run_after_fetch(const detail::QueryState& query, std::span<const std::uint32_t> numbers) const {
        std::vector<Object> objects;
        for (const std::uint32_t number : numbers)
            if (objects_[number])
                objects.push_back(objects_[number]);
        for (const auto& work : query.after_fetch)
            work.run(context_, objects);
    }

    Context& context_;
    GM2MField relation_;
    const LinkStatements& sql_;
    const Owners& owners_;
    const detail::ModelQueries& queries_;
    Kind kind_;
    KeyIndex index_;  // of the owners
    LoadedLinks links_;
    std::vector<TargetModel> models_;
    std::uint32_t targets_ = 0;    // how many
    std::vector<Object> objects_;  // the targets by number, once they are loaded
};

}  // namespace

std::vector<Object> load_forward(Context& context, const GM2MField& relation, const Owners& owners,
                                 const detail::ModelQueries& queries) {
    return ForwardLoad(context, relation, owners, queries).run();
}

}  // namespace gm2m::relation
