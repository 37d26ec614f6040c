#include <algorithm>

#include "random/random_query_generator.hpp"

namespace gm2m::test {
namespace {

/// The way to the last of the objects of which there may be several.
QueryPath to_related(const QueryPath& path) {
    QueryPath way;
    way.root = path.root;
    const auto last = std::ranges::find_if(path.steps.rbegin(), path.steps.rend(), &PathStep::is_multiple);
    for (auto step = path.steps.begin(); step != last.base(); ++step)
        way.add(*step);
    return way;
}

}  // namespace

/// Steps without an end.
QueryPath RandomQueryGenerator::path(unsigned most_steps, bool multiple) {
    QueryPath path;
    path.root = query_.model;
    extend(path, most_steps, multiple);
    return path;
}

void RandomQueryGenerator::extend(QueryPath& path, unsigned most_steps, bool multiple) {
    for (unsigned i = below(most_steps + 1); i > 0 && path.end() >= 0; --i) {
        std::vector<PathStep> steps = world_.steps_from(path.end());
        std::erase_if(steps, [&](const PathStep& step) { return step.is_multiple() && !multiple; });
        // Relations to objects of any models, and more than three steps to several, are rare enough to be left there.
        if (steps.empty() || std::ranges::count_if(path.steps, &PathStep::is_multiple) >= 3)
            return;
        path.add(steps[below(steps.size())]);
    }
}

/// Half of them go where another condition of the same call has been, or on from there.
QueryPath RandomQueryGenerator::path_for_condition() {
    if (within_)
        return path_within();
    QueryPath path;
    path.root = query_.model;
    if (!visited_.empty() && chance(60)) {
        const QueryPath& other = visited_[below(visited_.size())];
        const std::size_t steps = other.steps.size() - (other.steps.size() > 1 && chance(30) ? 1 : 0);
        for (std::size_t i = 0; i < steps; ++i)
            path.add(other.steps[i]);
        if (chance(20))
            extend(path, 1, true);
    } else {
        extend(path, 3, true);
    }
    if (path.end() >= 0 && (path.steps.empty() || !path.steps.back().is_multiple() || chance(80)))
        end_at_any_column(path);
    visited_.push_back(path);
    return path;
}

/// The column by one of its names.
void RandomQueryGenerator::end_at(QueryPath& path, int column) {
    const RandomQueryWorld::ModelShape& model = world_.models()[path.end()];
    std::string name = model.columns[column].name;
    if (column == model.key && chance(50))
        name = "pk";
    if (model.columns[column].target >= 0 && chance(30))
        name = model.columns[column].stored_name;
    path.column = column;
    path.text += (path.text.empty() ? "" : "__") + name;
}

void RandomQueryGenerator::end_at_any_column(QueryPath& path) {
    end_at(path, static_cast<int>(below(world_.models()[path.end()].columns.size())));
}

/// A field of the model, or over foreign keys.
QueryPath RandomQueryGenerator::field_path() {
    QueryPath path = this->path(2, false);
    end_at_any_column(path);
    return path;
}

QueryPath RandomQueryGenerator::key_path() {
    QueryPath path;
    path.root = query_.model;
    end_at(path, world_.models()[query_.model].key);
    return path;
}

/// A field of the same kind, of the same object or over foreign keys from there: others cannot be compared.
std::optional<QueryPath> RandomQueryGenerator::path_beside(const QueryPath& path, Kind kind) {
    for (int attempt = 0; attempt < 5; ++attempt) {
        QueryPath other = to_related(path);
        extend(other, 2, false);
        end_at_any_column(other);
        if (kind_at(other) == kind)
            return other;
    }
    return {};
}

/// The filter of an aggregate over a relation bears on what is aggregated.
QueryPath RandomQueryGenerator::path_within() {
    QueryPath path = to_related(*within_);
    extend(path, 2, true);
    if (path.end() >= 0)
        end_at_any_column(path);
    return path;
}

/// Over one relation, and foreign keys before and behind it; to the relation itself or to a field.
QueryPath RandomQueryGenerator::aggregate_path(bool related) {
    QueryPath path;
    path.root = query_.model;
    extend(path, 1, false);
    if (related || chance(50)) {
        std::vector<PathStep> steps = world_.steps_from(path.end());
        std::erase_if(steps, [](const PathStep& step) { return !step.is_multiple(); });
        if (!steps.empty())
            path.add(steps[below(steps.size())]);
    }
    const bool is_relation = !path.steps.empty() && path.steps.back().is_multiple();
    if (path.end() < 0 || (is_relation && chance(50)))
        return path;
    extend(path, 1, false);
    end_at_any_column(path);
    return path;
}

}  // namespace gm2m::test
