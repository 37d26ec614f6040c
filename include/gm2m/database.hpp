#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gm2m/check.hpp>
#include <gm2m/content_types.hpp>
#include <gm2m/deletion.hpp>
#include <gm2m/object.hpp>
#include <gm2m/query_set.hpp>
#include <gm2m/registry.hpp>
#include <gm2m/related_manager.hpp>
#include <gm2m/statement_listener.hpp>

namespace gm2m {

struct DatabaseOptions {
    std::string content_type_table = "gm2m_content_type";
    /// SQLite: how long a statement waits for another connection's lock before it throws Busy.
    std::chrono::milliseconds busy_timeout{10'000};
    /// The most keys that one parameter of a statement holds; an operation on more takes further statements, within
    /// one transaction.
    std::size_t keys_per_statement = 1'000'000;
    /// Whether declarations with errors keep the database from being opened: a CheckError tells them. Otherwise what
    /// they concern may fail when it is used.
    bool refuse_errors = true;
    /// Takes what check() finds when a Database or Pool is opened, if it finds something; before a CheckError, too.
    /// Without it warnings are printed to std::cerr, once for a registry, and errors too unless they are thrown.
    std::function<void(const std::vector<Finding>&)> report = {};

    /// The options for a database that Django and django-gm2m made or are to read.
    static DatabaseOptions django() {
        DatabaseOptions options;
        options.content_type_table = "django_content_type";
        return options;
    }
};

/// One connection to one database, used by one thread at a time; for more, see Pool. Movable. The registry outlives
/// it. A statement goes out only in the calls that say so; when one fails, the operation has had no effect, and the
/// transaction that it was part of, if any, can only be rolled back.
class Database {
public:
    /// Connects to "sqlite3://cinema.db", "sqlite3://:memory:", "sqlite3:///srv/cinema.db?readonly=true", or to
    /// "postgresql://user@host/cinema" in any form that libpq reads. A SQLite file that is not there is created, unless
    /// the URL ends in "?create=false".
    /// Throws CheckError for declarations with errors (see check()), ConfigurationError for a URL that makes no sense,
    /// ConnectionError.
    static Database open(const Registry& models, std::string_view url, const DatabaseOptions& options = {});
    static Database open(Registry&&, std::string_view,
                         const DatabaseOptions& = {}) = delete;  // it outlives the database

    Database(Database&& other) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    /// Creates the tables of the managed models, the join tables and the content type table, with their keys,
    /// constraints and indexes; each unless it exists. Triggers are made and dropped as the relations say now. One
    /// transaction; safe to repeat, also from several processes.
    void create_tables();
    /// Drops what create_tables() creates; the content type table only if it holds nothing of other programs.
    void drop_tables();

    /// What gm2m::check() finds, and what differs between the declarations and the tables of the database: tables and
    /// columns that are missing, of another type or length, or more or less strict. What the tables have beyond the
    /// declarations is no finding. 2 statements for each table. Throws DatabaseError. (BEHAVIOUR 7)
    std::vector<Finding> check(const CheckOptions& options = {});

    // --- objects ---

    /// Inserts an object: a struct, or a handle of any model. A key that the database or gm2m makes is in the result,
    /// and also in `object` unless it is const or a temporary. 1 statement.
    /// Throws UnknownModel, InvalidValue, UnsavedObject, IntegrityError.
    template <class T>
    auto insert(T&& object) {
        return store(std::forward<T>(object), &Database::insert_object);
    }
    /// Inserts structs of one model in one transaction and round trip: one prepared statement, executed for each. Their
    /// keys are in the result alone.
    template <class T>
    std::vector<Instance<T>> insert_many(std::vector<T> structs) {
        std::vector<Object> objects;
        objects.reserve(structs.size());
        for (T& each : structs)
            objects.push_back(make(std::move(each)));
        insert_objects(objects);
        std::vector<Instance<T>> instances;
        instances.reserve(objects.size());
        for (Object& object : objects)
            instances.emplace_back(std::move(object));
        return instances;
    }
    /// The same for handles, of one model or of several.
    void insert_many(const std::vector<Object>& objects) { insert_objects(objects); }
    template <class T>
    void insert_many(const std::vector<Instance<T>>& objects) {
        insert_objects(std::vector<Object>(objects.begin(), objects.end()));
    }

    /// The object with that key. 1 statement. Throws DoesNotExist, UnknownModel, InvalidValue.
    template <class T>
    Instance<T> get(const Value& key) {
        return Instance<T>(get_object(models().get<T>(), key));
    }
    Object get(std::string_view model, const Value& key) { return get_object(models().get(model), key); }
    /// As get(), but an empty handle if there is none.
    template <class T>
    Instance<T> find(const Value& key) {
        return Instance<T>(find_object(models().get<T>(), key));
    }
    Object find(std::string_view model, const Value& key) { return find_object(models().get(model), key); }

    /// Writes the object's fields, or those named, to its row. 1 statement. Throws DoesNotExist if the row is gone,
    /// UnsavedObject, UnknownField, InvalidValue, IntegrityError.
    void update(const ObjectRef& object, std::initializer_list<std::string_view> fields = {});
    /// Inserts an object that has no key; else inserts or updates its row, whichever it takes. 1 statement.
    /// Keys come back as with insert().
    template <class T>
    auto save(T&& object) {
        return store(std::forward<T>(object), &Database::save_object);
    }
    /// Deletes objects of any models, and of ranges of them, with what depends on them: their links in all relations,
    /// on both sides, and what refers to them by foreign keys, each by its policy. One transaction. Objects that are
    /// not there are no error. (BEHAVIOUR 6.1 to 6.5) f relations: f + 1 statements for any number of objects of a
    /// model, in one round trip; one more on PostgreSQL, where rows are locked first, unless it is one object that is
    /// only linked to. Where foreign keys cascade or protect, or receivers listen, what they need is read before: one
    /// statement for each foreign key and step. Throws UnsavedObject, ProtectedError, RestrictedError, what a receiver
    /// throws, IntegrityError; then nothing has happened.
    template <class... Objects>
        requires(!std::derived_from<Objects, detail::QueryCore> && ...)
    Deleted remove(const Objects&... objects) {
        return remove_refs(detail::ObjectRefs(objects...).span());
    }
    Deleted remove(std::initializer_list<ObjectRef> objects) { return remove_refs({objects.begin(), objects.size()}); }
    /// Deletes all objects of a query, as if one by one; a slice is of those that it would fetch. Where nothing has to
    /// go before their rows, these go as the query finds them; else it takes one statement more, which locks them.
    Deleted remove(const detail::QueryCore& query);
    /// What remove() would do, which is counted, not done: rows by model, links by relation, and what would refuse it.
    /// It waits for no writer; all counts are of one state of the database, inside a transaction of what that sees.
    template <class... Objects>
        requires(!std::derived_from<Objects, detail::QueryCore> && ...)
    DeletionPlan explain_remove(const Objects&... objects) {
        return explain_remove_refs(detail::ObjectRefs(objects...).span());
    }
    DeletionPlan explain_remove(const detail::QueryCore& query);

    /// All objects of a model, to be narrowed. Asks nothing of the database yet. Throws UnknownModel.
    template <class T>
    TypedQuerySet<T> query() {
        return TypedQuerySet<T>(context(), models().get<T>());
    }
    QuerySet query(std::string_view model) { return QuerySet(context(), models().get(model)); }

    // --- relations ---

    /// The relation `field` of an object of its source model, or of a proxy or child of that; of an abstract source's,
    /// the one that the object's model has in its place. Asks nothing of the database. Throws UnsavedObject,
    /// WrongModel.
    RelatedManager related(const ObjectRef& object, const GM2MField& field);
    /// The same for a many-to-many field, of an object of its source model; the other side goes by name.
    RelatedManager related(const ObjectRef& object, const ManyToManyField& field);
    /// By name: a relation of the object's model, or a reverse accessor ("user_set").
    /// Throws NoReverseRelation, saying what to do. (BEHAVIOUR 3.1, 3.2)
    RelatedManager related(const ObjectRef& object, std::string_view name);
    /// Loads a relation of objects that came from anywhere, as QuerySet::prefetch() does of those of a query.
    void prefetch(const std::vector<Object>& objects, const Prefetch& relation);
    template <class T>
    void prefetch(const std::vector<Instance<T>>& objects, const Prefetch& relation) {
        prefetch(std::vector<Object>(objects.begin(), objects.end()), relation);
    }
    /// The objects that a foreign key ("author"), or a generic one ("gm2m_tgt"), of these objects leads to: one for
    /// each, in their order, an empty handle where it leads nowhere. One that several lead to is loaded once. 1
    /// statement per target model, in 1 round trip. Throws UnknownField, QueryError.
    std::vector<Object> follow(const std::vector<Object>& objects, std::string_view foreign_key);
    template <class T>
    std::vector<Object> follow(const std::vector<Instance<T>>& objects, std::string_view foreign_key) {
        return follow(std::vector<Object>(objects.begin(), objects.end()), foreign_key);
    }
    Object follow(const Object& object, std::string_view foreign_key) {
        return follow(std::vector<Object>{object}, foreign_key).front();
    }
    /// Lets a foreign key ("author"), or a generic one ("target"), of an object refer to another: the object, a handle
    /// or a struct of a registered model, is changed in memory, and written by insert(), update() or save(). A content
    /// type that is not there yet is created. Throws UnknownField, QueryError, WrongModel, UnsavedObject, KeyTooLong.
    /// (BEHAVIOUR 4.2)
    void assign(const Object& object, std::string_view foreign_key, const ObjectRef& target);
    template <class T>
        requires(!std::derived_from<T, Object>)
    void assign(T& object, std::string_view foreign_key, const ObjectRef& target) {
        assign_to(models().get<T>(), &object, foreign_key, target);
    }
    /// Finds in the join tables which models they hold, so that these have their reverse accessors. (BEHAVIOUR 3.3)
    /// 1 statement per relation.
    void discover();

    ContentTypes& content_types() noexcept;
    /// Removes the content types that ContentTypes::stale() lists, and the links that name them; returns them.
    std::vector<ContentType> remove_stale_content_types(bool of_unknown_apps = false);

    const Registry& models() const noexcept;
    /// Sees every statement from now on; an empty function ends it. What it captures outlives its use.
    void listen(StatementListener listener);
    /// Whether a transaction is open on the connection, whoever began it.
    bool in_transaction() const;
    /// False once the connection is known to be lost: open another one.
    bool is_usable() const noexcept;

    struct Impl;
    explicit Database(std::unique_ptr<Impl> impl) noexcept;
    Impl& impl() noexcept { return *impl_; }

private:
    friend class Transaction;

    /// A new handle with the struct moved or copied into it.
    template <class T>
    Object make(T&& value) {
        using Struct = std::remove_cvref_t<T>;
        static_assert(std::is_class_v<Struct>, "gm2m: an object is wanted: a model's struct, or a handle");
        static_assert(
            !requires(Struct & range) {
                *range.begin();
                range.end();
            },
            "gm2m: one object is wanted: insert_many() takes a vector");
        Object object = models().get<Struct>().make();
        object.get<Struct>() = std::forward<T>(value);
        return object;
    }
    template <class T>
    auto store(T&& value, void (Database::*write)(const Object&)) {
        using Struct = std::remove_cvref_t<T>;
        if constexpr (std::derived_from<Struct, Object>) {
            (this->*write)(value);
            return value;
        } else {
            Object object = make(std::forward<T>(value));
            (this->*write)(object);
            if constexpr (std::is_lvalue_reference_v<T> && !std::is_const_v<std::remove_reference_t<T>>)
                copy_key(object, &value);
            return Instance<Struct>(std::move(object));
        }
    }

    RelatedManager related_of(const ObjectRef& object, detail::RelationData& declared);
    Context& context() noexcept;
    void assign_to(const Model& model, void* object, std::string_view foreign_key, const ObjectRef& target);
    void insert_object(const Object& object);
    Deleted remove_refs(std::span<const ObjectRef> objects);
    DeletionPlan explain_remove_refs(std::span<const ObjectRef> objects);
    void insert_objects(std::span<const Object> objects);
    void save_object(const Object& object);
    Object get_object(const Model& model, const Value& key);
    Object find_object(const Model& model, const Value& key);
    static void copy_key(const Object& from, void* to);

    std::unique_ptr<Impl> impl_;
};

}  // namespace gm2m
