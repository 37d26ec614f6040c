#include <fmt/format.h>

#include "random/random_query.hpp"

namespace gm2m::test {
namespace {

constexpr const char* operators[] = {"==", "", "", "", ">", ">=", "<", "<="};
constexpr const char* calls[] = {"exact",    "iexact",    "in",       "range",     "gt",         "gte",
                                 "lt",       "lte",       "contains", "icontains", "startswith", "istartswith",
                                 "endswith", "iendswith", "isnull",   "regex"};
constexpr const char* functions[] = {"Count", "Sum", "Avg", "Min", "Max"};

class Printer {
public:
    explicit Printer(const RandomQueryWorld& world) : world_(world) {}

    std::string condition(const QueryCondition& condition) const {
        switch (condition.type) {
            case QueryCondition::Type::all: return "(" + joined(condition.children, " && ") + ")";
            case QueryCondition::Type::any: return "(" + joined(condition.children, " || ") + ")";
            case QueryCondition::Type::negation: return "!(" + this->condition(*condition.children.front()) + ")";
            default: return comparison(condition);
        }
    }
    std::string joined(const std::vector<ConditionPtr>& conditions, const char* separator) const {
        std::string text;
        for (const ConditionPtr& each : conditions)
            text += (text.empty() ? "" : separator) + condition(*each);
        return text;
    }
    std::string aggregate(const QueryAggregate& aggregate) const {
        return fmt::format("{}(\"{}\"){}{}", functions[static_cast<int>(aggregate.function)], aggregate.path.text,
                           aggregate.distinct ? ".distinct()" : "",
                           aggregate.filter ? ".filter(" + condition(*aggregate.filter) + ")" : "");
    }
    std::string aggregates(const std::vector<QueryAggregate>& all) const {
        std::string text;
        for (const QueryAggregate& each : all)
            text += fmt::format("{}{{\"{}\", {}}}", text.empty() ? "" : ", ", each.name, aggregate(each));
        return text;
    }

private:
    std::string side(const QueryCondition::Side& side) const {
        if (const auto* value = std::get_if<Value>(&side))
            return value->kind() == Kind::text ? '"' + text_of(*value) + '"' : text_of(*value);
        if (const auto* path = std::get_if<QueryPath>(&side))
            return "F(\"" + path->text + "\")";
        const auto& object = std::get<WorldObject>(side);
        return "<" + world_.name_of(object) + (world_.is_gone(object) ? ", gone>" : ">");
    }
    std::string comparison(const QueryCondition& condition) const {
        std::string sides;
        for (const auto& each : condition.sides)
            sides += (sides.empty() ? "" : ", ") + side(each);
        const std::string field = "F(\"" + condition.path.text + "\")";
        const auto lookup = static_cast<std::size_t>(condition.lookup);
        if (condition.lookup == Lookup::in)
            return field + ".in({" + sides + "})";
        if (lookup < std::size(operators) && *operators[lookup])
            return fmt::format("{} {} {}", field, condition.negated_operator ? "!=" : operators[lookup], sides);
        return fmt::format("{}.{}({})", field, calls[lookup], sides);
    }

    const RandomQueryWorld& world_;
};

std::string order_of(const RandomQuery& query) {
    std::string text;
    for (const auto& each : query.order)
        text += fmt::format("{}F(\"{}\").{}({})", text.empty() ? ".order_by(" : ", ", each.path.text,
                            each.descending ? "desc" : "asc",
                            each.nulls == Nulls::standard ? ""
                            : each.nulls == Nulls::first  ? "Nulls::first"
                                                          : "Nulls::last");
    return text + (text.empty() ? "" : ")") + (query.reverse ? ".reverse()" : "");
}

std::string columns_of(const RandomQuery& query, const char* format) {
    std::string text;
    for (const QueryPath& column : query.columns)
        text += (text.empty() ? "" : ", ") + fmt::format(fmt::runtime(format), column.text);
    return text;
}

std::string terminal_of(const RandomQuery& query, const Printer& printer) {
    switch (query.terminal) {
        case RandomQuery::Terminal::fetch: return ".fetch()";
        case RandomQuery::Terminal::count: return ".count()";
        case RandomQuery::Terminal::exists: return ".exists()";
        case RandomQuery::Terminal::first: return ".first()";
        case RandomQuery::Terminal::last: return ".last()";
        case RandomQuery::Terminal::values: return ".values({" + columns_of(query, "\"{}\"") + "})";
        case RandomQuery::Terminal::aggregate: return ".aggregate({" + printer.aggregates(query.aggregates) + "})";
        case RandomQuery::Terminal::group:
            return ".group({" + columns_of(query, "F(\"{}\")") + "}, {" + printer.aggregates(query.aggregates) + "})";
        default: break;
    }
    std::string keys;
    for (const Value& key : query.keys)
        keys += (keys.empty() ? "" : ", ") + text_of(key);
    return ".in_bulk({" + keys + "})";
}

}  // namespace

std::string text_of(const Value& value) {
    if (value.is_null())
        return "NULL";
    return value.kind() == Kind::real ? fmt::format("{:.9g}", value.get<double>()) : value.to_string();
}

std::string text_of(const RandomQuery& query, const RandomQueryWorld& world) {
    const Printer printer(world);
    std::string text = fmt::format("db.query(\"{}\")", world.models()[query.model].model->label());
    for (const QueryAggregate& each : query.annotations)
        text += fmt::format("\n    .annotate(\"{}\", {})", each.name, printer.aggregate(each));
    for (const RandomQuery::Call& call : query.calls)
        text +=
            fmt::format("\n    .{}({})", call.exclude ? "exclude" : "filter", printer.joined(call.conditions, ", "));
    text += "\n    " + order_of(query) + (query.distinct ? ".distinct()" : "");
    if (query.limit)
        text += fmt::format(".slice({}, {})", query.offset, *query.limit);
    else if (query.offset > 0)
        text += fmt::format(".offset({})", query.offset);
    return text + terminal_of(query, printer);
}

}  // namespace gm2m::test
