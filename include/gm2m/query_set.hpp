#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gm2m/expression.hpp>
#include <gm2m/prefetch.hpp>

namespace gm2m {

class Context;

/// An aggregate over the rows of a query, or, with annotate(), over what is related to each.
class Aggregate {
public:
    enum class Function { count, sum, avg, min, max };

    Aggregate(Function function, F field) : function_(function), field_(std::move(field)) {}

    /// Takes only rows for which the condition holds.
    Aggregate filter(Condition condition) const {
        Aggregate narrowed = *this;
        narrowed.filter_ = filter_ ? *filter_ && condition : std::move(condition);
        return narrowed;
    }
    /// Takes each value once.
    Aggregate distinct() const {
        Aggregate once = *this;
        once.distinct_ = true;
        return once;
    }

    Function function() const noexcept { return function_; }
    const F& field() const noexcept { return field_; }
    const std::optional<Condition>& condition() const noexcept { return filter_; }
    bool is_distinct() const noexcept { return distinct_; }

private:
    Function function_;
    F field_;
    std::optional<Condition> filter_;
    bool distinct_ = false;
};

/// The number of rows in which the field is not NULL; of a relation, the number of links.
inline Aggregate Count(F field) { return {Aggregate::Function::count, std::move(field)}; }
inline Aggregate Count(std::string_view path) { return Count(F(path)); }
inline Aggregate Sum(F field) { return {Aggregate::Function::sum, std::move(field)}; }
inline Aggregate Sum(std::string_view path) { return Sum(F(path)); }
inline Aggregate Avg(F field) { return {Aggregate::Function::avg, std::move(field)}; }
inline Aggregate Avg(std::string_view path) { return Avg(F(path)); }
inline Aggregate Min(F field) { return {Aggregate::Function::min, std::move(field)}; }
inline Aggregate Min(std::string_view path) { return Min(F(path)); }
inline Aggregate Max(F field) { return {Aggregate::Function::max, std::move(field)}; }
inline Aggregate Max(std::string_view path) { return Max(F(path)); }

/// A row of values(): the values of the columns that were asked for, by name and in order.
class Record {
public:
    Record(std::shared_ptr<const std::vector<std::string>> names, std::vector<Value> values)
        : names_(std::move(names)), values_(std::move(values)) {}

    /// Throws UnknownField.
    const Value& operator[](std::string_view name) const;
    const Value& operator[](std::size_t i) const { return values_.at(i); }
    std::size_t size() const noexcept { return values_.size(); }
    const std::vector<std::string>& names() const noexcept { return *names_; }

private:
    std::shared_ptr<const std::vector<std::string>> names_;
    std::vector<Value> values_;
};

namespace detail {

struct QueryState;
struct LinkedTo;

/// What every query set does, compiled once.
class QueryCore {
public:
    QueryCore(Context& context, const Model& model);
    QueryCore(const QueryCore&);
    QueryCore& operator=(const QueryCore&);
    ~QueryCore();

    const Model& model() const noexcept;
    const std::shared_ptr<const QueryState>& state() const noexcept { return state_; }
    /// Leaves the objects that links lead to, in the order of these unless told otherwise.
    void restrict_to_links(const LinkedTo& links);
    /// Leaves no object at all.
    void set_none();
    /// Leaves the objects for which the condition holds.
    void restrict_to(const Condition& condition);
    /// The statement that fetch() would run.
    std::string sql() const;

protected:
    void add_filter(std::span<const Condition> conditions, bool negated);
    void set_order(std::vector<OrderTerm> terms);
    void reverse_order();
    void set_distinct();
    void set_slice(std::int64_t offset, std::optional<std::int64_t> limit);
    void add_annotation(std::string name, Aggregate aggregate);
    void add_prefetch(const Prefetch& prefetch);

    std::vector<Object> run_fetch() const;
    std::size_t run_count() const;
    bool run_exists() const;
    Object run_first() const;
    Object run_last() const;
    Object run_get() const;
    std::vector<Object> run_in_bulk(std::span<const Value> keys) const;
    std::vector<Record> run_values(const std::vector<F>& fields, const std::vector<std::string>& names) const;
    std::size_t run_update(std::initializer_list<std::pair<std::string_view, Operand>> changes) const;
    using Aggregates = std::vector<std::pair<std::string_view, Aggregate>>;
    std::vector<Record> run_group(const std::vector<F>& fields, const Aggregates& aggregates) const;
    void run_iterate(std::size_t chunk, const std::function<void(const Object&)>& take) const;

private:
    QueryState& changing();

    std::shared_ptr<const QueryState> state_;
};

}  // namespace detail

/// The objects of a model for which conditions hold, in some order: an immutable value. filter(), order_by() and their
/// like derive another; fetch(), count() and their like ask the database, in one statement. Used on the thread of its
/// Database, which outlives it. Names, values and slices that do not fit are a QueryError or InvalidValue that names
/// the path; nothing runs.
template <class Result, class Self>
class BasicQuerySet : public detail::QueryCore {
public:
    /// The objects for which all conditions hold. Conditions on the same relation in one call bear on the same related
    /// object; in two calls on any two. No object comes twice.
    template <class... Conditions>
    Self filter(const Conditions&... conditions) const {
        const std::initializer_list<Condition> all{conditions...};
        return derive([&](Self& query) { query.add_filter({all.begin(), all.size()}, false); });
    }
    /// The objects for which not all of the conditions hold.
    template <class... Conditions>
    Self exclude(const Conditions&... conditions) const {
        const std::initializer_list<Condition> all{conditions...};
        return derive([&](Self& query) { query.add_filter({all.begin(), all.size()}, true); });
    }
    /// Replaces the order: "title", "-title", F("title").desc(Nulls::last).
    Self order_by(std::vector<OrderTerm> terms) const {
        return derive([&](Self& query) { query.set_order(std::move(terms)); });
    }
    template <class... Terms>
        requires(std::convertible_to<const Terms&, OrderTerm> && ...)
    Self order_by(const Terms&... terms) const {
        return order_by(std::vector<OrderTerm>{OrderTerm(terms)...});
    }
    Self reverse() const {
        return derive([](Self& query) { query.reverse_order(); });
    }
    /// Rows of values() that are equal come once.
    Self distinct() const {
        return derive([](Self& query) { query.set_distinct(); });
    }
    /// At most `limit` of the objects, after the first `offset`; neither is negative.
    Self slice(std::int64_t offset, std::int64_t limit) const {
        return derive([&](Self& query) { query.set_slice(offset, limit); });
    }
    Self limit(std::int64_t count) const { return slice(0, count); }
    Self offset(std::int64_t count) const {
        return derive([&](Self& query) { query.set_slice(count, std::nullopt); });
    }
    /// Gives every row a value by that name, for filter(), order_by() and values().
    Self annotate(std::string name, Aggregate aggregate) const {
        return derive([&](Self& query) { query.add_annotation(std::move(name), std::move(aggregate)); });
    }

    /// Also loads a relation of the objects that are fetched: 1 statement for the links and 1 for each target model;
    /// the reverse side 1 in all, on PostgreSQL 2 for more than 1,000 objects. RelatedSet::all() of their handles is
    /// answered from it, until a write through a manager. (BEHAVIOUR 5)
    Self prefetch(const Prefetch& relation) const {
        return derive([&](Self& query) { query.add_prefetch(relation); });
    }

    std::vector<Result> fetch() const { return typed(run_fetch()); }
    std::size_t count() const { return run_count(); }
    bool exists() const { return run_exists(); }
    /// The first of the order, or of the keys if there is none; an empty handle if there is no row.
    Result first() const { return Result(run_first()); }
    Result last() const { return Result(run_last()); }
    /// The only one. Throws DoesNotExist, MultipleObjectsReturned.
    Result get() const { return Result(run_get()); }
    /// Those with the keys given, in any order.
    std::vector<Result> in_bulk(const std::vector<Value>& keys) const { return typed(run_in_bulk(keys)); }
    /// Some columns alone, by path or annotation.
    std::vector<Record> values(const std::vector<std::string>& names) const {
        std::vector<F> fields;
        for (const std::string& name : names)
            fields.emplace_back(name);
        return run_values(fields, names);
    }
    /// The same as tuples: values_list<std::int64_t, std::string>("id", "title").
    template <class... T, class... Names>
        requires(sizeof...(T) == sizeof...(Names))
    std::vector<std::tuple<T...>> values_list(const Names&... names) const {
        return tuples<T...>(values({std::string(names)...}), std::index_sequence_for<T...>());
    }
    /// Aggregates over all rows: `.aggregate({{"movies", Count("pk")}, {"longest", Max("minutes")}})`.
    Record aggregate(const std::vector<std::pair<std::string_view, Aggregate>>& aggregates) const {
        return run_group({}, aggregates).front();
    }
    /// The same for each combination of values of some fields, which come first: `.group({F("year")}, {…})`. Ordered by
    /// the query's order, which may name aggregates ("-movies"), and by the fields; sliced as the query is.
    std::vector<Record> group(const std::vector<F>& fields,
                              const std::vector<std::pair<std::string_view, Aggregate>>& aggregates) const {
        return run_group(fields, aggregates);
    }
    /// Writes the fields of all the objects and says how many there were: `.update({{"title", "x"}})`.
    std::size_t update(std::initializer_list<std::pair<std::string_view, Operand>> changes) const {
        return run_update(changes);
    }
    /// Calls `take` with each object, in the order of the keys, reading `chunk` of them at a time: in bounded memory,
    /// by the last key seen, not by an offset. Not on a slice or an order of one's own.
    void iterate(std::size_t chunk, const std::function<void(const Result&)>& take) const {
        run_iterate(chunk, [&](const Object& object) { take(Result(object)); });
    }

protected:
    using QueryCore::QueryCore;

private:
    template <class Change>
    Self derive(Change&& change) const {
        Self derived = static_cast<const Self&>(*this);
        change(derived);
        return derived;
    }
    static std::vector<Result> typed(std::vector<Object> objects) {
        if constexpr (std::same_as<Result, Object>) {
            return objects;
        } else {
            std::vector<Result> results;
            results.reserve(objects.size());
            for (Object& object : objects)
                results.emplace_back(std::move(object));
            return results;
        }
    }
    template <class... T, std::size_t... I>
    static std::vector<std::tuple<T...>> tuples(const std::vector<Record>& records, std::index_sequence<I...>) {
        std::vector<std::tuple<T...>> rows;
        rows.reserve(records.size());
        for (const Record& record : records)
            rows.emplace_back(value_of<T>(record[I])...);
        return rows;
    }
    template <class T>
    static T value_of(const Value& value) {
        if constexpr (std::same_as<T, Value>)
            return value;
        else
            return value.get<T>();
    }
};

/// A query on a model by its label.
class [[nodiscard]] QuerySet : public BasicQuerySet<Object, QuerySet> {
public:
    QuerySet(Context& context, const Model& model) : BasicQuerySet(context, model) {}

private:
    friend class BasicQuerySet<Object, QuerySet>;
};

/// A query on the model of a struct.
template <class T>
class [[nodiscard]] TypedQuerySet : public BasicQuerySet<Instance<T>, TypedQuerySet<T>> {
public:
    TypedQuerySet(Context& context, const Model& model)
        : BasicQuerySet<Instance<T>, TypedQuerySet<T>>(context, model) {}

private:
    friend class BasicQuerySet<Instance<T>, TypedQuerySet<T>>;
};

}  // namespace gm2m
