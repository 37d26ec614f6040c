#include "random/random_query.hpp"

#include <algorithm>

#include <gm2m/error.hpp>

namespace gm2m::test {
namespace {

/// The query by the library's own means.
class Asker {
public:
    Asker(const RandomQuery& query, RandomQueryWorld& world) : query_(query), world_(world) {}

    QuerySet query_set() const {
        QuerySet set = world_.db().query(world_.models()[query_.model].model->label());
        for (const QueryAggregate& each : query_.annotations)
            set = set.annotate(each.name, aggregate(each));
        for (const RandomQuery::Call& call : query_.calls)
            set = called(set, call);
        if (!query_.order.empty())
            set = set.order_by(order());
        if (query_.reverse)
            set = set.reverse();
        if (query_.distinct)
            set = set.distinct();
        if (query_.limit)
            return set.slice(query_.offset, *query_.limit);
        return query_.offset > 0 ? set.offset(query_.offset) : set;
    }

    Answer answer(const QuerySet& set) const {
        using Terminal = RandomQuery::Terminal;
        switch (query_.terminal) {
            case Terminal::count: return {std::to_string(set.count())};
            case Terminal::exists: return {set.exists() ? "true" : "false"};
            case Terminal::first: return one(set.first());
            case Terminal::last: return one(set.last());
            case Terminal::in_bulk: return keys(set.in_bulk(query_.keys), false);
            case Terminal::values: return records(set.values(columns<std::string>()), !query_.order.empty());
            case Terminal::aggregate: return records({set.aggregate(aggregates())}, true);
            case Terminal::group: return records(set.group(columns<F>(), aggregates()), false);
            default: return keys(set.fetch(), !query_.order.empty());
        }
    }

private:
    static QuerySet called(const QuerySet& set, const RandomQuery::Call& call, const std::vector<Condition>& all) {
        const auto with = [&](const auto&... conditions) {
            return call.exclude ? set.exclude(conditions...) : set.filter(conditions...);
        };
        switch (all.size()) {
            case 1: return with(all[0]);
            case 2: return with(all[0], all[1]);
            default: return with(all[0], all[1], all[2]);
        }
    }
    QuerySet called(const QuerySet& set, const RandomQuery::Call& call) const {
        std::vector<Condition> all;
        for (const ConditionPtr& each : call.conditions)
            all.push_back(condition(*each));
        return called(set, call, all);
    }

    Condition condition(const QueryCondition& from) const {
        using Type = QueryCondition::Type;
        if (from.type == Type::comparison)
            return comparison(from);
        Condition result = condition(*from.children.front());
        if (from.type == Type::negation)
            return !result;
        for (std::size_t i = 1; i < from.children.size(); ++i)
            result = from.type == Type::all ? result && condition(*from.children[i])
                                            : result || condition(*from.children[i]);
        return result;
    }
    Operand operand(const QueryCondition::Side& side) const {
        if (const auto* value = std::get_if<Value>(&side))
            return *value;
        if (const auto* path = std::get_if<QueryPath>(&side))
            return F(path->text);
        const auto& object = std::get<WorldObject>(side);
        return Reference{world_.models()[object.model].model, world_.key(object)};
    }
    Condition comparison(const QueryCondition& from) const {
        const F field(from.path.text);
        std::vector<Operand> sides;
        for (const auto& side : from.sides)
            sides.push_back(operand(side));
        switch (from.lookup) {
            case Lookup::exact: return from.negated_operator ? field != sides[0] : field == sides[0];
            case Lookup::in: return field.in(sides);
            case Lookup::range: return field.range(sides[0], sides[1]);
            case Lookup::gt: return field > sides[0];
            case Lookup::gte: return field >= sides[0];
            case Lookup::lt: return field < sides[0];
            case Lookup::lte: return field <= sides[0];
            case Lookup::isnull: return field.isnull(sides[0].value().get<bool>());
            default: return text_comparison(field, from.lookup, sides[0].value().get<std::string>());
        }
    }
    static Condition text_comparison(const F& field, Lookup lookup, const std::string& text) {
        switch (lookup) {
            case Lookup::iexact: return field.iexact(text);
            case Lookup::contains: return field.contains(text);
            case Lookup::icontains: return field.icontains(text);
            case Lookup::startswith: return field.startswith(text);
            case Lookup::istartswith: return field.istartswith(text);
            case Lookup::endswith: return field.endswith(text);
            case Lookup::iendswith: return field.iendswith(text);
            default: return field.regex(text);
        }
    }

    Aggregate aggregate(const QueryAggregate& from) const {
        Aggregate aggregate(from.function, F(from.path.text));
        if (from.filter)
            aggregate = aggregate.filter(condition(*from.filter));
        return from.distinct ? aggregate.distinct() : aggregate;
    }
    std::vector<std::pair<std::string_view, Aggregate>> aggregates() const {
        std::vector<std::pair<std::string_view, Aggregate>> all;
        for (const QueryAggregate& each : query_.aggregates)
            all.emplace_back(each.name, aggregate(each));
        return all;
    }
    std::vector<OrderTerm> order() const {
        std::vector<OrderTerm> terms;
        for (const RandomQuery::Order& each : query_.order) {
            const F field(each.path.text);
            if (each.nulls == Nulls::standard)
                terms.emplace_back((each.descending ? "-" : "") + each.path.text);
            else
                terms.push_back(each.descending ? field.desc(each.nulls) : field.asc(each.nulls));
        }
        return terms;
    }
    template <class T>
    std::vector<T> columns() const {
        std::vector<T> all;
        for (const QueryPath& column : query_.columns)
            all.emplace_back(column.text);
        return all;
    }

    static Answer one(const Object& object) { return {object ? object.key().to_string() : "none"}; }
    static Answer sorted_unless(bool ordered, Answer answer) {
        if (!ordered)
            std::ranges::sort(answer);
        return answer;
    }
    static Answer keys(const std::vector<Object>& objects, bool ordered) {
        Answer answer;
        for (const Object& object : objects)
            answer.push_back(object.key().to_string());
        return sorted_unless(ordered, std::move(answer));
    }
    static Answer records(const std::vector<Record>& records, bool ordered) {
        Answer answer;
        for (const Record& record : records) {
            std::string row;
            for (std::size_t i = 0; i < record.size(); ++i)
                row += text_of(record[i]) + " | ";
            answer.push_back(std::move(row));
        }
        return sorted_unless(ordered, std::move(answer));
    }

    const RandomQuery& query_;
    RandomQueryWorld& world_;
};

}  // namespace

bool QueryPath::is_multiple() const {
    return std::ranges::any_of(steps, &PathStep::is_multiple);
}

void QueryPath::add(const PathStep& step) {
    text += (text.empty() ? "" : "__") + step.name;
    steps.push_back(step);
    prefixes.push_back(text);
}

Answer ask(const RandomQuery& query, RandomQueryWorld& world, std::string* sql) {
    const Asker asker(query, world);
    try {
        const QuerySet set = asker.query_set();
        if (sql)
            *sql = set.sql();
        return asker.answer(set);
    } catch (const Error& error) {
        return {std::string("error: ") + error.what()};
    }
}

}  // namespace gm2m::test
