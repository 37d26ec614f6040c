#include "relation/prefetch.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include <fmt/format.h>

#include <gm2m/error.hpp>
#include <gm2m/query_set.hpp>

#include "backend/text_form.hpp"
#include "model/access.hpp"
#include "model/prefetched.hpp"
#include "model/relation_data.hpp"
#include "query/model_statements.hpp"
#include "query/object_sink.hpp"
#include "query/query_compiler.hpp"
#include "relation/distinct_keys.hpp"
#include "relation/key_index.hpp"
#include "relation/link_statements.hpp"
#include "relation/model_load.hpp"
#include "relation/relation_side.hpp"
#include "relation/typed_link_statements.hpp"

namespace gm2m::relation {
namespace {

using backend::Access;
using backend::Parameter;
using backend::Request;
using backend::ValueList;

/// The objects of one model whose relation is loaded, by key; the same object may stand there twice.
struct Owners {
    Owners(const Model& model, std::span<const Object> all) : keys(model.primary_key().kind()) {
        for (const Object& object : all) {
            keys.push(saved_key({&model, data_of(object.row()), nullptr, object.row()}).view());
            objects.push_back(&object);
        }
    }
    ValueList keys;
    std::vector<const Object*> objects;
};

/// A link that was read: which owner, which target, and where it stands in the order of linking.
struct Link {
    std::uint32_t owner;
    std::uint32_t model;  // an index into the parts of the load
    std::uint32_t target;
    std::int64_t order;
};

/// Gives each owner its objects; `sort` puts the links of one owner into their order.
template <class Sort, class ObjectOf>
void distribute(const Owners& owners, std::vector<Link>& links, const detail::RelationData& relation, bool reverse,
                Sort&& sort, ObjectOf&& object_of) {
    std::vector<std::size_t> ends(owners.objects.size() + 1, 0);
    for (const Link& link : links)
        ++ends[link.owner + 1];
    for (std::size_t i = 1; i < ends.size(); ++i)
        ends[i] += ends[i - 1];
    std::vector<const Link*> by_owner(links.size());
    std::vector<std::size_t> next(ends.begin(), ends.end() - 1);
    for (const Link& link : links)
        by_owner[next[link.owner]++] = &link;
    for (std::size_t i = 0; i < owners.objects.size(); ++i) {
        const auto own = std::span(by_owner).subspan(ends[i], ends[i + 1] - ends[i]);
        sort(own);
        std::vector<Object> objects;
        objects.reserve(own.size());
        for (const Link* link : own)
            if (const Object& object = object_of(*link))
                objects.push_back(object);
        detail::Prefetched::store(*owners.objects[i]->row(), relation, reverse, std::move(objects));
    }
}

bool is_ordered(const detail::QueryState& query) {
    return !query.order.empty() || query.reversed;
}

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
            work(context_, objects);
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

/// The far objects of the owners, which are all of one model.
class TypedLoad final : public backend::ResultSink {
public:
    TypedLoad(Context& context, detail::RelationData& relation, bool reverse, const Owners& owners,
              const detail::QueryState* query)
        : context_(context), relation_(relation), reverse_(reverse),
          sql_(TypedLinkStatements::of(context, relation, reverse)), far_(*sql_.side.far), owners_(owners), query_(query),
          near_keys_(sql_.side.near_kind), index_(near_keys_) {
        const auto fields = far_.fields();
        while (!fields[key_column_]->is_primary_key())
            ++key_column_;
        for (std::size_t i = 0; i < owners.keys.size(); ++i)
            push_near_key(owners.keys[i]);
    }

    std::vector<Object> run(const Model& near) {
        if (!sql_.side.is_generic() || context_.content_types.find_id(near))
            for (std::size_t begin = 0; begin < near_keys_.size(); begin += context_.keys_per_statement)
                read_links(near, near_keys_.slice(begin, context_.keys_per_statement));
        const bool sort = !sql_.side.order_column.empty() || (query_ && is_ordered(*query_));
        distribute(owners_, links_, relation_, reverse_,
                   [&](std::span<const Link*> own) {
                       if (sort)  // else the statement has sorted them
                           std::ranges::sort(own, {}, &Link::order);
                   },
                   [&](const Link& link) -> const Object& { return objects_[link.target]; });
        if (query_)
            for (const auto& work : query_->after_fetch)
                work(context_, objects_);
        return std::move(objects_);
    }

    void row(std::span<const ValueView> cells) override {
        const std::span<const ValueView> columns = cells.subspan(2);
        text_.clear();
        text::append_value(text_, sql_.far_kind, columns[key_column_]);
        const std::uint32_t object = seen_.insert(text_);
        if (object == objects_.size())
            objects_.push_back(read_object(far_, columns));
        index_.find_all(cells[0], [&](std::size_t owner) {
            links_.push_back({static_cast<std::uint32_t>(owner), 0, object, cells[1].integer()});
        });
    }

private:
    void push_near_key(const ValueView& key) {
        if (!sql_.side.is_generic())
            return near_keys_.push(key);
        text_.clear();
        text::append_value(text_, owners_.keys.kind(), key);
        near_keys_.push_text(text_);
    }

    void read_links(const Model& near, const ValueList& keys) {
        query::SqlWriter writer(context_.connection.dialect());
        if (query_) {
            const std::size_t list = writer.bind(keys);
            query::QueryCompiler compiler(context_, *query_, writer);
            compiler.select_far(sql_.side, near, list);
            Request request = compiler.request(this);
            context_.connection.execute(request, Access::read);
            return;
        }
        if (sql_.side.is_generic())
            writer.bind(Value(*context_.content_types.find_id(near)));
        writer.bind(keys);
        const ModelStatements& statements = ModelStatements::of(context_, far_);
        std::vector<Kind> columns{sql_.side.near_kind, Kind::big_integer};
        columns.insert(columns.end(), statements.kinds.begin(), statements.kinds.end());
        Request request{.sql = &sql_.of_many, .parameters = writer.parameters(), .columns = columns, .sink = this};
        context_.connection.execute(request, Access::read);
    }

    Context& context_;
    detail::RelationData& relation_;
    bool reverse_;
    const TypedLinkStatements& sql_;
    const Model& far_;
    const Owners& owners_;
    const detail::QueryState* query_;
    ValueList near_keys_;
    KeyIndex index_;
    std::size_t key_column_ = 0;
    std::string text_;
    DistinctKeys seen_;
    std::vector<Object> objects_;
    std::vector<Link> links_;
};

/// The side of the relation that `model` is on. Throws NoReverseRelation; nothing if it is another model's relation.
std::optional<RelationSide> side_on(Context& context, const Model& model, const Prefetch& wanted) {
    detail::RelationData* relation = wanted.relation();
    if (!relation)
        return find_side(context.registry, model, wanted.name());
    if (&relation->require_source() != &model)
        return std::nullopt;
    return RelationSide{relation, false};
}

/// Loads the relation of the objects of one model, if it has it; the objects that were loaded.
std::optional<std::vector<Object>> load(Context& context, const Model& model, std::span<const Object> objects,
                                        const Prefetch& wanted) {
    const std::optional<RelationSide> side = side_on(context, model, wanted);
    if (!side)
        return std::nullopt;
    const Owners owners(model, objects);
    if (side->relation->is_generic && !side->reverse)
        return ForwardLoad(context, GM2MField(static_cast<detail::GM2MFieldData&>(*side->relation)), owners,
                           wanted.queries())
            .run();
    const Model& far = *schema::typed_side_of(*side->relation, side->reverse).far;
    const detail::QueryState* query = nullptr;
    for (const auto& each : wanted.queries()) {
        if (each->model != &far)
            throw WrongModel(fmt::format("{} leads from {} to objects of {}: a query on {} chooses none of them",
                                         side->relation->label, model.label(), far.label(), each->model->label()));
        query = each.get();
    }
    return TypedLoad(context, *side->relation, side->reverse, owners, query).run(model);
}

}  // namespace

void prefetch(Context& context, std::span<const Object> objects, const Prefetch& wanted) {
    std::map<const Model*, std::vector<Object>> by_model;
    for (const Object& object : objects)
        by_model[&object.model()].push_back(object);
    std::vector<Object> loaded;
    std::exception_ptr missing;
    bool found = by_model.empty();
    for (const auto& [model, own] : by_model) {
        try {
            if (auto more = load(context, *model, own, wanted)) {
                found = true;
                std::ranges::move(*more, std::back_inserter(loaded));
            }
        } catch (const NoReverseRelation&) {
            missing = std::current_exception();  // other models among the objects may have it
        }
    }
    if (!found) {
        if (missing)
            std::rethrow_exception(missing);
        throw WrongModel(fmt::format("{} is a relation of {}, and none of the objects is one", wanted.relation()->label,
                                     wanted.relation()->source_label));
    }
    for (const Prefetch& next : wanted.next())
        if (!loaded.empty())
            prefetch(context, loaded, next);
}

}  // namespace gm2m::relation

namespace gm2m::detail {

// Declared with the query sets, which are below the relations.
void QueryCore::add_prefetch(const Prefetch& prefetch) {
    changing().after_fetch.push_back([prefetch](Context& context, std::span<const Object> objects) {
        relation::prefetch(context, objects, prefetch);
    });
}

}  // namespace gm2m::detail
