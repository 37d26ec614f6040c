#include "random/random_query_evaluation.hpp"

#include <algorithm>
#include <set>

namespace gm2m::test {
namespace {

using Choice = ConditionEvaluation::Choice;

/// What an aggregate has taken.
class Accumulator {
public:
    explicit Accumulator(const QueryAggregate& aggregate) : aggregate_(aggregate) {}

    void take(const Value& value) {
        if (!value.is_null())
            taken_.push_back(value);
    }
    Value result() {
        using Function = Aggregate::Function;
        if (aggregate_.distinct) {
            std::ranges::sort(taken_, std::less<>());
            taken_.erase(std::ranges::unique(taken_).begin(), taken_.end());
        }
        if (aggregate_.function == Function::count)
            return Value(static_cast<std::int64_t>(taken_.size()));
        if (taken_.empty())
            return {};
        if (aggregate_.function == Function::min)
            return *std::ranges::min_element(taken_, std::less<>());
        if (aggregate_.function == Function::max)
            return *std::ranges::max_element(taken_, std::less<>());
        double sum = 0;
        for (const Value& each : taken_)
            sum += each.kind() == Kind::real ? each.get<double>() : static_cast<double>(each.get<std::int64_t>());
        if (aggregate_.function == Function::avg)
            return Value(sum / static_cast<double>(taken_.size()));
        return taken_.front().kind() == Kind::real ? Value(sum) : Value(static_cast<std::int64_t>(sum));
    }

private:
    const QueryAggregate& aggregate_;
    std::vector<Value> taken_;
};

class Evaluation {
public:
    Evaluation(const RandomQuery& query, const RandomQueryWorld& world)
        : query_(query),
          world_(world),
          conditions_(world, [this](WorldObject object, int annotation) { return annotated(object, annotation); }) {}

    Answer answer() {
        using Terminal = RandomQuery::Terminal;
        rows_ = ordered(matching());
        if (query_.terminal == Terminal::values)
            return sorted_unless(!query_.order.empty(), values());
        sliced(rows_);
        switch (query_.terminal) {
            case Terminal::count: return {std::to_string(rows_.size())};
            case Terminal::exists: return {rows_.empty() ? "false" : "true"};
            case Terminal::first: return {rows_.empty() ? "none" : key(rows_.front())};
            case Terminal::last: return {rows_.empty() ? "none" : key(rows_.back())};
            case Terminal::in_bulk: return in_bulk();
            case Terminal::aggregate: return {aggregated(rows_)};
            case Terminal::group: return grouped();
            default: break;
        }
        Answer keys;
        std::ranges::transform(rows_, std::back_inserter(keys), [&](WorldObject object) { return key(object); });
        return sorted_unless(!query_.order.empty(), keys);
    }

private:
    std::string key(WorldObject object) const { return world_.key(object).to_string(); }
    static Answer sorted_unless(bool ordered, Answer answer) {
        if (!ordered)
            std::ranges::sort(answer);
        return answer;
    }
    template <class Rows>
    void sliced(Rows& rows) const {
        const auto size = static_cast<std::int64_t>(rows.size());
        const std::int64_t from = std::min(query_.offset, size);
        const std::int64_t to = query_.limit ? std::min(from + *query_.limit, size) : size;
        rows = Rows(rows.begin() + from, rows.begin() + to);
    }

    std::vector<WorldObject> matching() {
        std::vector<WorldObject> rows = world_.objects(query_.model);
        for (const RandomQuery::Call& call : query_.calls)
            std::erase_if(rows,
                          [&](WorldObject row) { return conditions_.holds(call.conditions, row) == call.exclude; });
        return rows;
    }

    /// A path over foreign keys alone, or an annotation.
    Value single(WorldObject row, const QueryPath& path) {
        if (path.annotation >= 0)
            return annotated(row, path.annotation);
        for (const PathStep& step : path.steps)
            if (row)
                row = world_.foreign(row, step.column);
        return row ? world_.value(row, path.column) : Value();
    }

    /// Of the order alone, or of the keys.
    std::vector<WorldObject> ordered(std::vector<WorldObject> rows) {
        std::ranges::sort(rows, [&](WorldObject a, WorldObject b) { return world_.key(a) < world_.key(b); });
        for (auto order = query_.order.rbegin(); order != query_.order.rend(); ++order)
            std::ranges::stable_sort(rows, [&](WorldObject a, WorldObject b) {
                return precedes(*order, single(a, order->path), single(b, order->path));
            });
        if (query_.reverse)
            std::ranges::reverse(rows);
        return rows;
    }
    static bool precedes(const RandomQuery::Order& order, const Value& a, const Value& b) {
        const bool nulls_first = order.nulls == Nulls::standard ? !order.descending : order.nulls == Nulls::first;
        if (a.is_null() || b.is_null())
            return a.is_null() != b.is_null() && a.is_null() == nulls_first;
        return order.descending ? b < a : a < b;
    }

    Answer values() {
        Answer answer;
        for (const WorldObject row : rows_) {
            std::string text;
            for (const QueryPath& column : query_.columns)
                text += text_of(single(row, column)) + " | ";
            if (!query_.distinct || !std::ranges::count(answer, text))
                answer.push_back(text);
        }
        sliced(answer);
        return answer;
    }
    Answer in_bulk() const {
        Answer answer;
        for (const WorldObject row : rows_)
            if (std::ranges::count(query_.keys, world_.key(row)))
                answer.push_back(key(row));
        return sorted_unless(false, answer);
    }

    Value annotated(WorldObject object, int annotation) {
        const auto [found, is_new] = annotated_.try_emplace({object, annotation});
        if (is_new) {
            Accumulator accumulator(query_.annotations[annotation]);
            take(query_.annotations[annotation], object, accumulator);
            found->second = accumulator.result();
        }
        return found->second;
    }
    std::string aggregated(const std::vector<WorldObject>& rows) {
        std::string text;
        for (const QueryAggregate& each : query_.aggregates) {
            Accumulator accumulator(each);
            for (const WorldObject row : rows)
                take(each, row, accumulator);
            text += text_of(accumulator.result()) + " | ";
        }
        return text;
    }
    Answer grouped() {
        std::map<std::string, std::vector<WorldObject>> groups;
        for (const WorldObject row : rows_) {
            std::string name;
            for (const QueryPath& column : query_.columns)
                name += text_of(single(row, column)) + " | ";
            groups[name].push_back(row);
        }
        Answer answer;
        for (const auto& [name, rows] : groups)
            answer.push_back(name + aggregated(rows));
        return sorted_unless(false, answer);
    }

    /// The rows of an aggregate: everything that its path leads to from the object, once for each way there.
    void take(const QueryAggregate& aggregate, WorldObject object, Accumulator& accumulator) {
        std::vector<Choice> row;
        follow(aggregate, 0, object, object, row, accumulator);
    }
    void follow(const QueryAggregate& aggregate, std::size_t next, WorldObject object, WorldObject at,
                std::vector<Choice>& row, Accumulator& accumulator) {
        const QueryPath& path = aggregate.path;
        if (next == path.steps.size()) {
            if (!aggregate.filter || conditions_.holds(aggregate.filter, object, row))
                accumulator.take(path.column >= 0 ? world_.value(at, path.column)
                                                  : Value(world_.name_of(at)));  // a link
            return;
        }
        const PathStep& step = path.steps[next];
        const bool goes_on = next + 1 < path.steps.size() || path.column >= 0 || aggregate.filter;
        if (!step.is_multiple()) {
            const WorldObject there = world_.foreign(at, step.column);
            return there ? follow(aggregate, next + 1, object, there, row, accumulator) : void();
        }
        for (const WorldObject there : world_.related(at, step)) {
            if (goes_on && world_.is_gone(there))
                continue;
            row.emplace_back(path.prefixes[next], there);
            follow(aggregate, next + 1, object, there, row, accumulator);
            row.pop_back();
        }
    }

    const RandomQuery& query_;
    const RandomQueryWorld& world_;
    ConditionEvaluation conditions_;
    std::vector<WorldObject> rows_;
    std::map<std::pair<WorldObject, int>, Value> annotated_;
};

}  // namespace

Answer evaluate(const RandomQuery& query, const RandomQueryWorld& world) {
    return Evaluation(query, world).answer();
}

}  // namespace gm2m::test
