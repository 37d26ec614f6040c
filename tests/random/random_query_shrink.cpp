#include "random/random_query_shrink.hpp"

#include <algorithm>

namespace gm2m::test {
namespace {

using Queries = std::vector<RandomQuery>;

/// What is left of a condition if a part of it goes.
std::vector<ConditionPtr> smaller(const ConditionPtr& condition) {
    std::vector<ConditionPtr> found;
    if (condition->negated_operator || (condition->lookup == Lookup::in && condition->sides.size() > 1)) {
        auto less = std::make_shared<QueryCondition>(*condition);
        less->negated_operator ? void(less->negated_operator = false) : less->sides.pop_back();
        found.push_back(less);
    }
    found.insert(found.end(), condition->children.begin(), condition->children.end());
    for (std::size_t i = 0; i < condition->children.size(); ++i) {
        if (condition->children.size() > 2) {
            auto less = std::make_shared<QueryCondition>(*condition);
            less->children.erase(less->children.begin() + static_cast<long>(i));
            found.push_back(less);
        }
        for (const ConditionPtr& part : smaller(condition->children[i])) {
            auto less = std::make_shared<QueryCondition>(*condition);
            less->children[i] = part;
            found.push_back(less);
        }
    }
    return found;
}

/// Without one of the elements of a list; the last of `least` stay.
template <class Element>
void leave_out(Queries& found, const RandomQuery& query, std::vector<Element> RandomQuery::*list, std::size_t least) {
    for (std::size_t i = 0; (query.*list).size() > least && i < (query.*list).size(); ++i) {
        found.push_back(query);
        (found.back().*list).erase((found.back().*list).begin() + static_cast<long>(i));
    }
}

void smaller_calls(Queries& found, const RandomQuery& query) {
    for (std::size_t i = 0; i < query.calls.size(); ++i)
        for (std::size_t j = 0; j < query.calls[i].conditions.size(); ++j) {
            if (query.calls[i].conditions.size() > 1) {
                found.push_back(query);
                auto& conditions = found.back().calls[i].conditions;
                conditions.erase(conditions.begin() + static_cast<long>(j));
            }
            for (const ConditionPtr& part : smaller(query.calls[i].conditions[j])) {
                found.push_back(query);
                found.back().calls[i].conditions[j] = part;
            }
        }
}

void smaller_aggregates(Queries& found, const RandomQuery& query, std::vector<QueryAggregate> RandomQuery::*list) {
    for (std::size_t i = 0; i < (query.*list).size(); ++i) {
        const QueryAggregate& aggregate = (query.*list)[i];
        std::vector<ConditionPtr> filters;
        if (aggregate.filter) {
            filters = smaller(aggregate.filter);
            filters.insert(filters.begin(), nullptr);
        }
        for (const ConditionPtr& filter : filters) {
            found.push_back(query);
            (found.back().*list)[i].filter = filter;
        }
        if (aggregate.distinct) {
            found.push_back(query);
            (found.back().*list)[i].distinct = false;
        }
    }
}

/// What comes last makes the order complete; without an order no slice is defined.
void smaller_order(Queries& found, const RandomQuery& query) {
    const bool is_of_columns = query.terminal == RandomQuery::Terminal::values && query.distinct;
    for (std::size_t i = 0; !is_of_columns && i + 1 < query.order.size(); ++i) {
        found.push_back(query);
        found.back().order.erase(found.back().order.begin() + static_cast<long>(i));
    }
    if (!query.order.empty() && !query.is_sliced()) {
        found.push_back(query);
        found.back().order.clear();
        found.back().reverse = false;
    }
}

bool uses_annotations(const QueryCondition& condition) {
    return condition.path.annotation >= 0 ||
           std::ranges::any_of(condition.children, [](const auto& child) { return uses_annotations(*child); });
}

bool uses_annotations(const RandomQuery& query) {
    const auto in_call = [](const RandomQuery::Call& call) {
        return std::ranges::any_of(call.conditions, [](const auto& each) { return uses_annotations(*each); });
    };
    return std::ranges::any_of(query.calls, in_call) ||
           std::ranges::any_of(query.order, [](const auto& each) { return each.path.annotation >= 0; }) ||
           std::ranges::any_of(query.columns, [](const auto& each) { return each.annotation >= 0; });
}

Queries smaller(const RandomQuery& query) {
    Queries found;
    if (query.is_sliced()) {
        found.push_back(query);
        found.back().offset = 0;
        found.back().limit.reset();
    }
    if (query.reverse || query.distinct) {
        found.push_back(query);
        found.back().reverse = found.back().distinct = false;
    }
    if (!query.annotations.empty() && !uses_annotations(query)) {
        found.push_back(query);
        found.back().annotations.clear();
    }
    leave_out(found, query, &RandomQuery::calls, 0);
    smaller_order(found, query);
    if (query.order.empty() || !query.distinct)
        leave_out(found, query, &RandomQuery::columns, 1);
    leave_out(found, query, &RandomQuery::aggregates, 1);
    leave_out(found, query, &RandomQuery::keys, 0);
    smaller_calls(found, query);
    smaller_aggregates(found, query, &RandomQuery::annotations);
    smaller_aggregates(found, query, &RandomQuery::aggregates);
    return found;
}

}  // namespace

RandomQuery shrink(RandomQuery query, const std::function<bool(const RandomQuery&)>& fails) {
    for (bool is_smaller = true; is_smaller;) {
        is_smaller = false;
        for (const RandomQuery& candidate : smaller(query))
            if (fails(candidate)) {
                query = candidate;
                is_smaller = true;
                break;
            }
    }
    return query;
}

}  // namespace gm2m::test
