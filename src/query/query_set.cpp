#include <gm2m/query_set.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/nearest.hpp"
#include "query/fetch_statement.hpp"
#include "query/object_sink.hpp"
#include "query/object_store.hpp"
#include "query/query_compiler.hpp"

namespace gm2m {
namespace {

using backend::Access;
using backend::RowSink;
using query::QueryCompiler;

std::vector<Object> fetch(const detail::QueryState& state) {
    for (const auto& work : state.after_fetch)
        work.check(*state.context, *state.model);
    const query::FetchStatement statement(*state.context, state);
    std::vector<Object> objects;
    ObjectSink sink(*state.model, objects);
    backend::Request request = statement.request(&sink);
    state.context->connection.execute(request, Access::read);
    for (const auto& work : state.after_fetch)
        work.run(*state.context, objects);
    return objects;
}

std::size_t update(const detail::QueryState& state, QueryCompiler::Changes changes, const Model& table) {
    QueryCompiler compiler(*state.context, state);
    compiler.update(changes, table);
    backend::Request request = compiler.request(nullptr);
    state.context->connection.execute(request, Access::write);
    object_store::outdate_links(*state.context, *state.model);
    return request.affected;
}

/// The keys of the objects, whose rows are locked.
std::vector<Operand> read_keys(const detail::QueryState& state) {
    QueryCompiler compiler(*state.context, state);
    compiler.select_keys(true);
    std::vector<Operand> keys;
    RowSink sink([&](std::span<const ValueView> row) { keys.emplace_back(Value(compiler.kinds()[0], row[0])); });
    backend::Request request = compiler.request(&sink);
    state.context->connection.execute(request, Access::read);
    return keys;
}

/// The first row of a statement.
std::vector<Value> read_row(const detail::QueryState& state, const QueryCompiler& compiler) {
    std::vector<Value> values;
    RowSink sink([&](std::span<const ValueView> row) {
        for (std::size_t i = 0; i < row.size(); ++i)
            values.emplace_back(compiler.kinds()[i], row[i]);
    });
    backend::Request request = compiler.request(&sink);
    state.context->connection.execute(request, Access::read);
    return values;
}

std::vector<Record> read_records(const detail::QueryState& state, const QueryCompiler& compiler,
                                 std::vector<std::string> names) {
    const auto shared = std::make_shared<const std::vector<std::string>>(std::move(names));
    std::vector<Record> records;
    RowSink sink([&](std::span<const ValueView> row) {
        std::vector<Value> values;
        values.reserve(row.size());
        for (std::size_t i = 0; i < row.size(); ++i)
            values.emplace_back(compiler.kinds()[i], row[i]);
        records.emplace_back(shared, std::move(values));
    });
    backend::Request request = compiler.request(&sink);
    state.context->connection.execute(request, Access::read);
    return records;
}

std::string column_name(const F& field, const Model& model) {
    if (!field.path().owner)
        return field.path().path;
    for (const auto& each : model.fields())
        if (each->is_member(*field.path().owner, field.path().member))
            return each->name();
    return "?";
}

}  // namespace

const Value& Record::operator[](std::string_view name) const {
    const auto found = std::ranges::find(*names_, name);
    if (found == names_->end())
        throw UnknownField(fmt::format("the row has no column '{}'{}", name, did_you_mean(name, *names_)));
    return values_[static_cast<std::size_t>(found - names_->begin())];
}

Prefetch Prefetch::with(const detail::QueryCore& query) const {
    Prefetch narrowed = *this;
    detail::replace_query(narrowed.queries_, query.state());
    return narrowed;
}

namespace detail {

void replace_query(ModelQueries& queries, const std::shared_ptr<const QueryState>& query) {
    std::erase_if(queries, [&](const auto& other) { return other->model == query->model; });
    queries.push_back(query);
}

QueryCore::QueryCore(Context& context, const Model& model)
    : state_(std::make_shared<QueryState>(QueryState{.context = &context, .model = &model})) {}
QueryCore::QueryCore(const QueryCore&) = default;
QueryCore& QueryCore::operator=(const QueryCore&) = default;
QueryCore::~QueryCore() = default;

const Model& QueryCore::model() const noexcept {
    return *state_->model;
}

std::string QueryCore::sql() const {
    QueryCompiler compiler(*state_->context, *state_);
    compiler.select_objects();
    return compiler.sql();
}

/// A copy of the state that is this query's own, to be changed.
QueryState& QueryCore::changing() {
    auto copy = std::make_shared<QueryState>(*state_);
    QueryState& state = *copy;
    state_ = std::move(copy);
    return state;
}

void QueryCore::restrict_to_links(const LinkedTo& links) {
    changing().linked = links;
}

void QueryCore::set_none() {
    changing().filters.push_back(F("pk").in(std::vector<Operand>()));
}

void QueryCore::restrict_to(const Condition& condition) {
    changing().filters.push_back(condition);
}

void QueryCore::add_filter(std::span<const Condition> conditions, bool negated) {
    if (conditions.empty())
        return;
    if (state_->is_sliced())
        throw QueryError("a slice cannot be filtered: filter before slicing");
    Condition all = conditions.front();
    for (const Condition& condition : conditions.subspan(1))
        all = all && condition;
    changing().filters.push_back(negated ? !all : all);
}

void QueryCore::set_order(std::vector<OrderTerm> terms) {
    if (state_->is_sliced())
        throw QueryError("a slice cannot be ordered: order before slicing");
    QueryState& state = changing();
    state.order = std::move(terms);
    state.reversed = false;
}

void QueryCore::reverse_order() {
    if (state_->is_sliced())
        throw QueryError("a slice cannot be reversed: reverse before slicing");
    QueryState& state = changing();
    state.reversed = !state.reversed;
}

void QueryCore::set_distinct() {
    changing().distinct = true;
}

/// A slice of a slice counts from that slice's beginning.
void QueryCore::set_slice(std::int64_t offset, std::optional<std::int64_t> limit) {
    if (offset < 0 || (limit && *limit < 0))
        throw QueryError(offset < 0 ? fmt::format("a slice cannot begin at {}", offset)
                                    : fmt::format("a slice cannot take {} objects", *limit));
    QueryState& state = changing();
    if (state.limit) {
        const std::int64_t left = std::max<std::int64_t>(0, *state.limit - offset);
        limit = limit ? std::min(*limit, left) : left;
    }
    state.offset += offset;
    state.limit = limit;
}

void QueryCore::add_annotation(std::string name, Aggregate aggregate) {
    changing().annotations.emplace_back(std::move(name), std::move(aggregate));
}

std::vector<Object> QueryCore::run_fetch() const {
    return fetch(*state_);
}

std::size_t QueryCore::run_count() const {
    QueryCompiler compiler(*state_->context, *state_);
    compiler.select_count();
    return static_cast<std::size_t>(read_row(*state_, compiler).front().view().integer());
}

bool QueryCore::run_exists() const {
    QueryCompiler compiler(*state_->context, *state_);
    compiler.select_exists();
    return read_row(*state_, compiler).front().view().integer() != 0;
}

Object QueryCore::run_first() const {
    QueryCore one = *this;
    one.set_slice(0, 1);
    const std::vector<Object> found = fetch(*one.state_);
    return found.empty() ? Object() : found.front();
}

Object QueryCore::run_last() const {
    QueryCore reversed = *this;
    reversed.reverse_order();
    return reversed.run_first();
}

Object QueryCore::run_get() const {
    QueryCore two = *this;
    two.set_slice(0, 2);
    const std::vector<Object> found = fetch(*two.state_);
    if (found.empty())
        throw DoesNotExist(fmt::format("no {} matches the query", model().label()));
    if (found.size() > 1)
        throw MultipleObjectsReturned(fmt::format("more than one {} matches the query", model().label()));
    return found.front();
}

std::vector<Object> QueryCore::run_in_bulk(std::span<const Value> keys) const {
    QueryCore some = *this;
    const Condition conditions[] = {F("pk").in(std::vector<Operand>(keys.begin(), keys.end()))};
    some.add_filter(conditions, false);
    return fetch(*some.state_);
}

std::vector<Record> QueryCore::run_values(const std::vector<F>& fields, const std::vector<std::string>& names) const {
    QueryCompiler compiler(*state_->context, *state_);
    compiler.select_values(fields);
    return read_records(*state_, compiler, names);
}

std::vector<Record> QueryCore::run_group(const std::vector<F>& fields, const Aggregates& aggregates) const {
    QueryCompiler compiler(*state_->context, *state_);
    compiler.select_groups(fields, aggregates);
    std::vector<std::string> names;
    for (const F& field : fields)
        names.push_back(column_name(field, model()));
    for (const auto& [name, aggregate] : aggregates)
        names.emplace_back(name);
    return read_records(*state_, compiler, std::move(names));
}

std::size_t QueryCore::run_update(std::initializer_list<std::pair<std::string_view, Operand>> changes) const {
    const QueryCompiler::Changes all(changes.begin(), changes.size());
    std::vector<const Model*> tables = QueryCompiler::tables_of(model(), all);
    if (tables.empty())
        tables.push_back(&model().concrete_model());  // which is refused
    if (tables.size() == 1)
        return update(*state_, all, *tables.front());
    for (const Model* table : tables)  // before anything runs
        QueryCompiler(*state_->context, *state_).update(all, *table);
    // What the first statement writes may be what the conditions are about.
    return backend::in_transaction(state_->context->connection, [&] {
        QueryCore some(*state_->context, model());
        const Condition conditions[] = {F("pk").in(read_keys(*state_))};
        some.add_filter(conditions, false);
        std::size_t affected = 0;
        for (const Model* table : tables)
            affected = update(*some.state_, all, *table);
        return affected;
    });
}

void QueryCore::run_iterate(std::size_t chunk, const std::function<void(const Object&)>& take) const {
    if (chunk == 0)
        throw QueryError("iterate() reads at least one object at a time");
    if (state_->is_sliced() || !state_->order.empty() || state_->reversed)
        throw QueryError("iterate() goes by the keys: not over a slice or an order of the query's own");
    std::optional<Value> last;
    for (;;) {
        QueryCore next = *this;
        next.set_order({OrderTerm("pk")});
        if (last) {
            const Condition conditions[] = {F("pk") > *last};
            next.add_filter(conditions, false);
        }
        next.set_slice(0, static_cast<std::int64_t>(chunk));
        const std::vector<Object> objects = fetch(*next.state_);
        for (const Object& object : objects)
            take(object);
        if (objects.size() < chunk)
            return;
        last = objects.back().key();
    }
}

}  // namespace detail
}  // namespace gm2m
