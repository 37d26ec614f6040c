#include "relation/queried_objects.hpp"

#include <algorithm>
#include <deque>

#include "model/access.hpp"
#include "query/query_compiler.hpp"
#include "relation/placed_objects.hpp"

namespace gm2m::relation {
namespace {

std::int64_t read_number(const detail::QueryState& query, const query::QueryCompiler& compiler) {
    std::int64_t number = 0;
    backend::RowSink sink([&](std::span<const ValueView> row) { number = row[0].integer(); });
    backend::Request request = compiler.request(&sink);
    query.context->connection.execute(request, backend::Access::read);
    return number;
}

}  // namespace

detail::QueryState linked_query(Context& context, const detail::LinkedTo& linked, const Model& model,
                                const detail::QueryState* given) {
    detail::QueryState query = given ? *given : detail::QueryState{.context = &context, .model = &model};
    query.context = &context;
    query.linked = linked;
    return query;
}

void check_query(Context& context, const detail::QueryState& query) {
    for (const auto& work : query.after_fetch)
        work.check(context, *query.model);
    query::QueryCompiler(context, query).select_objects();
}

std::vector<Object> load_queried(Context& context, const std::vector<detail::QueryState>& queries) {
    std::deque<query::QueryCompiler> compilers;
    std::deque<std::vector<Placed>> parts;
    std::deque<PlacedSink> sinks;
    std::vector<backend::Request> requests;
    bool model_by_model = false;
    for (const detail::QueryState& query : queries) {
        query::QueryCompiler& compiler = compilers.emplace_back(context, query);
        compiler.select_placed();
        requests.push_back(compiler.request(&sinks.emplace_back(*query.model, parts.emplace_back())));
        model_by_model = model_by_model || query.is_ordered();
    }
    context.connection.execute(requests, backend::Access::read);

    std::vector<Placed> all;
    for (std::size_t i = 0; i < queries.size(); ++i) {
        std::vector<Object> objects;
        for (const Placed& placed : parts[i])
            objects.push_back(placed.object);
        for (const auto& work : queries[i].after_fetch)
            work.run(context, objects);
        std::ranges::move(parts[i], std::back_inserter(all));
    }
    if (!model_by_model)
        std::ranges::stable_sort(all, {}, &Placed::place);  // in the compact layout all places are the same
    return objects_of(std::move(all));
}

std::size_t count_queried(const detail::QueryState& query) {
    query::QueryCompiler compiler(*query.context, query);
    compiler.select_count();
    return static_cast<std::size_t>(read_number(query, compiler));
}

bool contains_queried(const detail::QueryState& query, const Value& key) {
    if (query.is_sliced()) {
        detail::QueryState alone = query;
        alone.after_fetch.clear();
        const std::vector<Object> objects = load_queried(*query.context, {alone});
        return std::ranges::any_of(objects, [&](const Object& object) { return object.key() == key; });
    }
    detail::QueryState one = query;
    one.filters.push_back(F("pk") == key);
    query::QueryCompiler compiler(*query.context, one);
    compiler.select_exists();
    return read_number(one, compiler) != 0;
}

}  // namespace gm2m::relation
