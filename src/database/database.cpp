#include <gm2m/database.hpp>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "check/found.hpp"
#include "check/tables.hpp"
#include "database/database_impl.hpp"
#include "deletion/deletion.hpp"
#include "model/access.hpp"
#include "model/relation_data.hpp"
#include "query/object_store.hpp"
#include "relation/discovery.hpp"
#include "relation/follow.hpp"
#include "relation/prefetch.hpp"
#include "relation/relation_side.hpp"
#include "schema/schema.hpp"

namespace gm2m {

namespace {

Object handle_of(const ObjectRef& object) {
    return object.object() ? *object.object() : Object();
}

deletion::Given given(Context& context, std::span<const ObjectRef> objects) {
    deletion::Given given;
    for (const ObjectRef& object : objects)
        given.objects.push_back(context.reader.read(object));
    return given;
}

}  // namespace

std::size_t remove_objects(Context& context, std::span<const ObjectRef> objects) {
    return deletion::remove(context, given(context, objects)).rows;
}

Database::Database(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {
    if (impl_)
        impl_->context.database = this;
}
Database::Database(Database&& other) noexcept : Database(std::move(other.impl_)) {}
Database& Database::operator=(Database&& other) noexcept {
    impl_ = std::move(other.impl_);
    if (impl_)
        impl_->context.database = this;
    return *this;
}
Database::~Database() = default;

Database Database::open(const Registry& models, std::string_view url, const DatabaseOptions& options) {
    check_configuration(models, options);
    auto session = std::make_unique<backend::Session>(backend::parse_url(url), options.busy_timeout);
    return Database(std::make_unique<Impl>(models, std::move(session), options,
                                           std::make_shared<detail::ContentTypeCache>()));
}

void Database::create_tables() {
    schema::create_tables(impl_->context.connection, models(), impl_->options.content_type_table);
}

void Database::drop_tables() {
    schema::drop_tables(impl_->context.connection, models(), impl_->options.content_type_table);
    impl_->store.clear();
}

std::vector<Finding> Database::check(const CheckOptions& options) {
    return check_registry::run(models(), options, [&](check_registry::Found& found) {
        check_registry::check_tables(impl_->context.connection, models(), impl_->options.content_type_table, found);
    });
}

Context& Database::context() noexcept {
    return impl_->context;
}

void Database::insert_object(const Object& object) {
    object_store::insert(impl_->context, std::span(&object, 1));
}

void Database::insert_objects(std::span<const Object> objects) {
    object_store::insert(impl_->context, objects);
}

void Database::save_object(const Object& object) {
    object_store::save(impl_->context, object);
}

Object Database::get_object(const Model& model, const Value& key) {
    return object_store::get(impl_->context, model, key);
}

Object Database::find_object(const Model& model, const Value& key) {
    return object_store::find(impl_->context, model, key);
}

void Database::copy_key(const Object& from, void* to) {
    const Field& key = from.model().primary_key();
    Scratch scratch;
    key.assign(to, key.view(data_of(from.row()), scratch));
}

void Database::update(const ObjectRef& object, std::initializer_list<std::string_view> fields) {
    object_store::update(impl_->context, impl_->context.reader.read(object), {fields.begin(), fields.size()});
}

Deleted Database::remove_refs(std::span<const ObjectRef> objects) {
    return deletion::remove(impl_->context, given(impl_->context, objects));
}

Deleted Database::remove(const detail::QueryCore& query) {
    return deletion::remove(impl_->context, {{}, {query.state().get()}});
}

DeletionPlan Database::explain_remove_refs(std::span<const ObjectRef> objects) {
    return deletion::explain_remove(impl_->context, given(impl_->context, objects));
}

DeletionPlan Database::explain_remove(const detail::QueryCore& query) {
    return deletion::explain_remove(impl_->context, {{}, {query.state().get()}});
}

RelatedManager Database::related(const ObjectRef& object, const GM2MField& field) {
    return related_of(object, field.relation());
}

RelatedManager Database::related(const ObjectRef& object, const ManyToManyField& field) {
    return related_of(object, field.relation());
}

RelatedManager Database::related_of(const ObjectRef& object, detail::RelationData& declared) {
    const ObjectView view = impl_->context.reader.read(object);
    detail::RelationData* relation = detail::relation_on(declared, *view.model);
    if (!relation)
        throw WrongModel(fmt::format("{} is a relation of {}, not of {}", declared.label, declared.source->label(),
                                     view.model->label() == declared.source->label() ? "that of another Registry"
                                                                                     : view.model->label()));
    return RelatedManager(impl_->context, *relation, false, *relation->source, saved_key(view), handle_of(object));
}

RelatedManager Database::related(const ObjectRef& object, std::string_view name) {
    const ObjectView view = impl_->context.reader.read(object);
    const relation::RelationSide side = relation::find_side(impl_->context, *view.model, name);
    return RelatedManager(impl_->context, *side.relation, side.reverse, side.near(*view.model), saved_key(view),
                          handle_of(object));
}

void Database::prefetch(const std::vector<Object>& objects, const Prefetch& relation) {
    relation::prefetch(impl_->context, objects, relation);
}

void Database::assign(const Object& object, std::string_view foreign_key, const ObjectRef& target) {
    relation::assign(impl_->context, object.model(), data_of(object.row()), foreign_key, target);
}

void Database::assign_to(const Model& model, void* object, std::string_view foreign_key, const ObjectRef& target) {
    relation::assign(impl_->context, model, object, foreign_key, target);
}

std::vector<Object> Database::follow(const std::vector<Object>& objects, std::string_view foreign_key) {
    return relation::follow(impl_->context, objects, foreign_key);
}

void Database::discover() {
    relation::discover(impl_->context);
}

ContentTypes& Database::content_types() noexcept {
    return impl_->content_types;
}

std::vector<ContentType> Database::remove_stale_content_types(bool of_unknown_apps) {
    return deletion::remove_stale(impl_->context, of_unknown_apps);
}

const Registry& Database::models() const noexcept {
    return impl_->context.registry;
}

void Database::listen(StatementListener listener) {
    impl_->context.connection.listen(std::move(listener));
}

bool Database::in_transaction() const {
    const backend::Connection& connection = impl_->context.connection;
    return connection.depth() > 0 || connection.in_foreign_transaction();
}

bool Database::is_usable() const noexcept {
    return impl_->context.connection.is_usable();
}

}  // namespace gm2m
