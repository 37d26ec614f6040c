#include "content_types/content_type_store.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "model/names.hpp"

namespace gm2m::detail {

using backend::Access;
using backend::Parameter;
using backend::Request;
using backend::RowSink;

std::optional<ContentType> ContentTypeCache::find(int id) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<int> ContentTypeCache::find_id(const Model& model) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_model_.find(&model);
    return found == by_model_.end() ? std::nullopt : std::optional(found->second);
}

void ContentTypeCache::insert(const ContentType& content_type) {
    const std::lock_guard lock(mutex_);
    by_id_.insert_or_assign(content_type.id, content_type);
    if (!content_type.registered)
        return;
    const auto [found, fresh] = by_model_.try_emplace(content_type.registered, content_type.id);
    if (!fresh && std::exchange(found->second, content_type.id) != content_type.id)
        generation_.fetch_add(1, std::memory_order_release);
}

void ContentTypeCache::clear() {
    const std::lock_guard lock(mutex_);
    by_id_.clear();
    by_model_.clear();
    generation_.fetch_add(1, std::memory_order_release);
}

ContentTypeStore::ContentTypeStore(backend::Connection& connection, const Registry& registry, std::string table,
                                   std::shared_ptr<ContentTypeCache> cache)
    : connection_(connection), registry_(registry), table_(std::move(table)), cache_(std::move(cache)) {
    const backend::Dialect& sql = connection_.dialect();
    const std::string name = sql.table(table_);
    select_all_ = fmt::format("SELECT id, app_label, model FROM {} ORDER BY id", name);
    // Not DO UPDATE, which would give the row's id in any case: it would lock a row that every new link refers to.
    create_ = fmt::format(
        "INSERT INTO {} (app_label, model) VALUES ({}, {}) ON CONFLICT (app_label, model) DO NOTHING RETURNING id",
        name, sql.parameter(1), sql.parameter(2));
    connection_.observe(*this);
}

ContentTypeStore::~ContentTypeStore() {
    connection_.forget(*this);
}

ContentType ContentTypeStore::complete(int id, std::string app_label, std::string model) const {
    const Model* registered = registry_.find(app_label + "." + model);
    if (registered && (registered->is_abstract() || registered->is_swapped_out()))
        registered = nullptr;
    return {id, std::move(app_label), std::move(model), registered};
}

std::vector<ContentType> ContentTypeStore::load() {
    std::vector<ContentType> all;
    constexpr Kind columns[] = {Kind::integer, Kind::text, Kind::text};
    RowSink sink([&](std::span<const ValueView> row) {
        all.push_back(complete(static_cast<int>(row[0].integer()), std::string(row[1].text()),
                               std::string(row[2].text())));
    });
    Request request{.sql = &select_all_, .columns = columns, .sink = &sink};
    connection_.execute(request, Access::read);
    for (const ContentType& found : all)
        if (std::ranges::none_of(pending_, [&](const Pending& p) { return p.content_type.id == found.id; }))
            cache_->insert(found);
    loaded_ = true;
    return all;
}

/// What was created in somebody else's transaction holds as long as that transaction; afterwards the table tells.
void ContentTypeStore::check_foreign_transaction() {
    if (std::ranges::none_of(pending_, [](const Pending& p) { return p.depth == 0; }))
        return;
    const bool still_open = connection_.in_foreign_transaction();
    std::vector<Pending> doubtful;
    std::erase_if(pending_, [&](Pending& p) { return p.depth == 0 && (doubtful.push_back(p), true); });
    const std::vector<ContentType> present = load();
    for (const Pending& p : doubtful)
        if (std::ranges::find(present, p.content_type) != present.end() && still_open)
            pending_.push_back(p);
    if (still_open) {
        // load() may have cached them: they are not committed yet.
        cache_->clear();
    }
}

std::optional<int> ContentTypeStore::find_cached(const Model& model) {
    if (!pending_.empty()) {
        check_foreign_transaction();
        for (const Pending& p : pending_)
            if (p.content_type.registered == &model)
                return p.content_type.id;
    }
    if (const std::size_t generation = cache_->generation(); generation != known_generation_) {
        known_.clear();
        known_generation_ = generation;
    }
    if (const auto known = known_.find(&model); known != known_.end())
        return known->second;
    const std::optional<int> id = cache_->find_id(model);
    if (id)
        known_.emplace(&model, *id);
    return id;
}

std::optional<int> ContentTypeStore::find_id(const Model& model) {
    if (const auto cached = find_cached(model))
        return cached;
    for (const ContentType& found : load())
        if (found.registered == &model)
            return found.id;
    return std::nullopt;
}

// The first look reads the whole table, so that the other models need no statement of their own.
std::optional<int> ContentTypeStore::find_id_once(const Model& model) {
    if (const auto cached = find_cached(model))
        return cached;
    return loaded_ ? std::nullopt : find_id(model);
}

int ContentTypeStore::id_of(const Model& model) {
    if (const auto found = find_id_once(model))
        return *found;
    return create(model).id;
}

ContentType ContentTypeStore::create(const Model& model) {
    ContentType created{0, model.app_label(), model.model_name(), &model};
    constexpr Kind columns[] = {Kind::integer};
    RowSink sink([&](std::span<const ValueView> row) { created.id = static_cast<int>(row[0].integer()); });
    const Parameter parameters[] = {Parameter::text(created.app_label), Parameter::text(created.model)};
    Request request{.sql = &create_, .parameters = parameters, .columns = columns, .sink = &sink};
    const bool foreign = connection_.in_foreign_transaction();
    connection_.execute(request, Access::write);
    if (created.id == 0) {
        // Somebody else has created it meanwhile, and committed: the insertion has waited for that.
        if (const auto found = find_id(model))
            return {*found, created.app_label, created.model, &model};
        throw SerializationFailure(
            fmt::format("the content type of {} was created by a transaction that this one does not see",
                        model.label()),
            "", create_, true);
    }
    if (foreign)
        pending_.push_back({created, 0});
    else if (connection_.depth() > 0)
        pending_.push_back({created, connection_.depth()});
    else
        cache_->insert(created);
    return created;
}

std::optional<ContentType> ContentTypeStore::find(int id) {
    for (const Pending& p : pending_)
        if (p.content_type.id == id)
            return p.content_type;
    std::optional<ContentType> found = cache_->find(id);
    if (!found)
        for (const ContentType& loaded : load())
            if (loaded.id == id)
                found = loaded;
    // A model that was registered since then is no longer missing.
    if (found && !found->registered)
        found = complete(found->id, found->app_label, found->model);
    return found;
}

void ContentTypeStore::remove(const std::vector<int>& ids) {
    backend::ValueList list(Kind::integer);
    for (const int id : ids)
        list.push_integer(id);
    const backend::Dialect& dialect = connection_.dialect();
    const std::string sql = fmt::format("DELETE FROM {} WHERE {}", dialect.table(table_),
                                        dialect.in_list("id", 1, Kind::integer));
    const Parameter parameters[] = {list};
    Request request{.sql = &sql, .parameters = parameters};
    connection_.execute(request, Access::write);
    clear();
}

void ContentTypeStore::clear() {
    cache_->clear();
    pending_.clear();
}

void ContentTypeStore::committed(std::size_t depth) {
    for (Pending& p : pending_)
        if (p.depth == depth && --p.depth == 0)
            cache_->insert(p.content_type);
    if (depth == 1)
        std::erase_if(pending_, [&](const Pending& p) { return cache_->find(p.content_type.id).has_value(); });
}

void ContentTypeStore::rolled_back(std::size_t depth) {
    std::erase_if(pending_, [&](const Pending& p) { return p.depth >= depth; });
}

}  // namespace gm2m::detail
