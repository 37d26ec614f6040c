#include "relation/forward_load.hpp"

#include <deque>

#include <fmt/format.h>

#include "query/query_compiler.hpp"
#include "relation/distinct_keys.hpp"
#include "relation/key_index.hpp"
#include "relation/link_statements.hpp"
#include "relation/model_load.hpp"

namespace gm2m::relation {
namespace {

using backend::Access;
using backend::Request;
using backend::ValueList;

/// Finds owners by key; the rows of one owner tend to come together.
class OwnerFinder {
public:
    explicit OwnerFinder(const ValueList& keys) : index_(keys) {}

    const std::vector<std::uint32_t>& find(const Value& key) {
        if (!(key == last_key_) || owners_.empty()) {
            owners_.clear();
            index_.find_all(key.view(), [&](std::size_t i) { owners_.push_back(static_cast<std::uint32_t>(i)); });
            last_key_ = key;
        }
        return owners_;
    }

private:
    KeyIndex index_;
    Value last_key_;
    std::vector<std::uint32_t> owners_;
};

/// The targets of a GM2M field of the owners, which are of its source model.
class ForwardLoad final : public backend::ResultSink {
public:
    ForwardLoad(Context& context, const GM2MField& relation, const Owners& owners, const detail::ModelQueries& queries)
        : context_(context), relation_(relation), sql_(LinkStatements::of(context, relation)), owners_(owners),
          queries_(queries), finder_(owners.keys), kind_(owners.keys.kind()) {}

    std::vector<Object> run() {
        for (std::size_t begin = 0; begin < owners_.keys.size(); begin += context_.keys_per_statement)
            read_links(owners_.keys.slice(begin, context_.keys_per_statement));
        load_targets();
        distribute(owners_, links_, relation_.relation(), false, [&](std::span<const Link*> own) { sort(own); },
                   [&](const Link& link) -> const Object& { return targets_[link.model].objects[link.target]; });
        std::vector<Object> loaded;
        for (const Target& target : targets_)
            std::ranges::copy_if(target.objects, std::back_inserter(loaded), [](const Object& o) { return bool(o); });
        return loaded;
    }

    void row(std::span<const ValueView> cells) override {
        const std::uint32_t model = target_of(cells[1].integer());
        const std::uint32_t target = targets_[model].keys.insert(cells[2].text());
        for (const std::uint32_t owner : finder_.find(Value(kind_, cells[0])))
            links_.push_back({owner, model, target, cells[3].integer()});
    }

private:
    struct Target {
        std::int64_t content_type;
        DistinctKeys keys;
        std::vector<Object> objects;
    };

    void read_links(const ValueList& sources) {
        const Kind columns[] = {kind_, Kind::integer, Kind::text, Kind::big_integer};
        query::SqlWriter writer(context_.connection.dialect());
        const std::size_t list = writer.bind(sources);
        const std::string sql = queries_.empty() ? sql_.of_many_sources : queried_links(writer, list);
        Request request{.sql = &sql, .parameters = writer.parameters(), .columns = columns, .sink = this};
        context_.connection.execute(request, Access::read);
    }

    /// The links to objects of the queries, and those to objects of other models.
    std::string queried_links(query::SqlWriter& writer, std::size_t sources) const {
        const backend::Dialect& dialect = context_.connection.dialect();
        const schema::JoinTable join = schema::join_table_of(relation_);
        ValueList queried(Kind::integer);
        for (const auto& query : queries_)
            queried.push_integer(context_.content_types.find_id(*query->model).value_or(0));
        const std::string content_type = "l." + dialect.quote(join.content_type_column);
        const std::string source = "l." + dialect.quote(join.source_column);
        std::string sql = fmt::format(
            "SELECT {}, {}, l.{}, {} FROM {} AS l WHERE {} AND NOT ({})", source, content_type, dialect.quote(join.key_column),
            join.layout == Layout::compact ? "0" : "l." + dialect.quote(join.id_column), dialect.table(join.name),
            dialect.in_list(source, sources, kind_),
            dialect.in_list(content_type, writer.bind(std::move(queried)), Kind::integer));
        for (const auto& query : queries_) {
            query::QueryCompiler compiler(context_, *query, writer);
            compiler.select_links(join, sources);
            sql += " UNION ALL " + compiler.sql();
        }
        return sql;
    }

    /// In the order of linking; where a query has an order, or the layout keeps none, model by model.
    void sort(std::span<const Link*> own) const {
        const bool standard = relation_.options().layout == Layout::standard;
        if (queries_.empty()) {
            if (standard)  // else the statement has sorted them
                std::ranges::sort(own, {}, &Link::order);
            return;
        }
        if (standard && std::ranges::none_of(queries_, [](const auto& query) { return is_ordered(*query); })) {
            std::ranges::sort(own, {}, &Link::order);
            return;
        }
        std::ranges::sort(own, [&](const Link* a, const Link* b) {
            if (a->model != b->model)
                return targets_[a->model].content_type < targets_[b->model].content_type;
            if (a->order != b->order)
                return a->order < b->order;
            const ValueList& keys = targets_[a->model].keys.texts();
            return keys.text_at(a->target) < keys.text_at(b->target);
        });
    }

    std::uint32_t target_of(std::int64_t content_type) {
        if (!targets_.empty() && targets_[last_].content_type == content_type)
            return last_;
        const auto found = std::ranges::find(targets_, content_type, &Target::content_type);
        last_ = static_cast<std::uint32_t>(found - targets_.begin());
        if (found == targets_.end())
            targets_.push_back({content_type, {}, {}});
        return last_;
    }

    void load_targets() {
        std::deque<ModelLoad> loads;
        std::vector<Request> requests;
        for (Target& target : targets_) {
            target.objects.resize(target.keys.size());
            const auto content_type = context_.content_types.find(static_cast<int>(target.content_type));
            if (!content_type || !content_type->registered)
                continue;
            loads.emplace_back(*content_type->registered, target.keys.texts(), target.objects)
                .append_requests(context_, requests);
        }
        context_.connection.execute(requests, Access::read);
        for (const auto& query : queries_)
            for (const Target& target : targets_)
                if (target.content_type == context_.content_types.find_id(*query->model))
                    run_after_fetch(*query, target.objects);
    }

    /// What the query itself prefetches.
    void run_after_fetch(const detail::QueryState& query, const std::vector<Object>& loaded) const {
        std::vector<Object> objects;
        std::ranges::copy_if(loaded, std::back_inserter(objects), [](const Object& object) { return bool(object); });
        for (const auto& work : query.after_fetch)
            work.run(context_, objects);
    }

    Context& context_;
    GM2MField relation_;
    const LinkStatements& sql_;
    const Owners& owners_;
    const detail::ModelQueries& queries_;
    OwnerFinder finder_;
    Kind kind_;
    std::vector<Target> targets_;
    std::uint32_t last_ = 0;
    std::vector<Link> links_;
};

}  // namespace

std::vector<Object> load_forward(Context& context, const GM2MField& relation, const Owners& owners,
                                 const detail::ModelQueries& queries) {
    return ForwardLoad(context, relation, owners, queries).run();
}

}  // namespace gm2m::relation
