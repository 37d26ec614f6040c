#pragma once

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <gm2m/object.hpp>
#include <gm2m/query_set.hpp>

namespace gm2m {

class Context;

/// What an operation has linked and unlinked; for the reverse side, the sources. In no particular order.
struct Changes {
    std::vector<Reference> added;
    std::vector<Reference> removed;
    /// What was linked already, and whose link has got other values: see RelatedManager::updating().
    std::vector<Reference> updated = {};

    bool empty() const noexcept { return added.empty() && removed.empty() && updated.empty(); }
};

/// A linked object, and the row of the through model that links it. `for (auto& [through, object] : …)`
template <class Through = Object, class T = Object>
struct Linked {
    Through through;
    T object;
};

/// How many links lead to objects of one model.
struct ModelCount {
    /// "cinema.Movie"; of a stale content type, what its row says.
    std::string label;
    /// Null for a stale content type.
    const Model* model = nullptr;
    std::size_t count = 0;

    friend bool operator==(const ModelCount&, const ModelCount&) = default;
};

/// An object, and how many linked objects it has in common with another.
struct InCommon {
    Object object;
    std::size_t count = 0;
};

namespace detail {

/// Objects as an operation takes them: any mix of handles, structs, references and ranges of these.
class ObjectRefs {
public:
    template <class... Args>
    explicit ObjectRefs(const Args&... args) {
        (add(args), ...);
    }
    std::span<const ObjectRef> span() const noexcept { return refs_; }

private:
    template <class Arg>
    void add(const Arg& arg) {
        if constexpr (std::convertible_to<const Arg&, ObjectRef>) {
            refs_.emplace_back(arg);
        } else {
            static_assert(
                requires { std::begin(arg) != std::end(arg); } && !std::convertible_to<const Arg&, std::string_view>,
                "gm2m: an object, or a range of objects, is wanted; a key alone goes with its model: "
                "gm2m::Reference{&model, key}");
            if constexpr (requires { std::size(arg); })
                refs_.reserve(refs_.size() + std::size(arg));
            for (const auto& element : arg)
                refs_.emplace_back(element);
        }
    }

    std::vector<ObjectRef> refs_;
};

}  // namespace detail

/// The objects on the other side of one object's relation, to be read: a value, cheap to copy, that asks the database
/// whenever it is asked. Made by Database::related(); used on the thread of its Database, which outlives it.
/// n is the number of links; each call is one round trip unless it says otherwise. (BEHAVIOUR 2.7 to 2.9, 3.4)
class RelatedSet {
public:
    /// The linked objects, each an object of its model, in the order in which they were linked (compact layout: of
    /// model and key text). Those whose row is gone are left out. O(n); 1 statement and 1 per model, 2 round trips;
    /// on the reverse side 1 statement; none of it if they were prefetched.
    std::vector<Object> all() const;
    /// Those that are a T; of a proxy those that are the model that it stands for, as a T. Throws UnknownModel.
    template <class T>
    std::vector<Instance<T>> all() const {
        std::vector<Instance<T>> instances;
        for (Object& object : of_type<T>().all())
            instances.emplace_back(std::move(object));
        return instances;
    }
    /// The linked objects of a relation through a model, each with the row that links it, in the order of all(): an
    /// object that several rows link comes several times. 1 statement for the rows, 1 per model; none if they were
    /// prefetched so. O(n). Throws ObjectError if the relation has no through model, QueryError with with().
    /// (BEHAVIOUR 4.3)
    std::vector<Linked<>> all_with_through() const;
    /// Those that are a T, typed: `for (auto& [usage, language] : spoken.all_with_through<Usage, Language>())`.
    /// Throws WrongModel unless Through is the through model's struct or that of a proxy of it, UnknownModel.
    template <class Through, class T>
    std::vector<Linked<Instance<Through>, Instance<T>>> all_with_through() const {
        std::vector<Linked<Instance<Through>, Instance<T>>> all;
        for (auto& [through, object] : of_type<T>().all_with_through(model_of(detail::type_info<Through>())))
            all.push_back({Instance<Through>(std::move(through)), Instance<T>(std::move(object))});
        return all;
    }
    /// In the order of fields of the through model, "-" before those that go down, whatever its ordering; links that
    /// are the same in it come by the rows' keys. The order of all(), of all_with_through(), and of where() and with()
    /// for queries that have none: UnknownField, QueryError for what does not fit come when these run. Throws
    /// ObjectError if the relation has no through model. (BEHAVIOUR 4.3)
    RelatedSet order_by_through(std::vector<OrderTerm> terms) const;

    /// The objects of a model that may be linked: those that fulfil the relation's limit_choices_to, whether they are
    /// linked or not. On the reverse side all sources. Asks nothing yet. Throws UnknownModel, and WrongModel where the
    /// relation can lead to no object of that model.
    template <class T>
    TypedQuerySet<T> candidates() const {
        TypedQuerySet<T> query(*context_, model_of(detail::type_info<T>()));
        limit_to_choices(query);
        return query;
    }
    QuerySet candidates(std::string_view model) const {
        QuerySet query(*context_, model_of(model));
        limit_to_choices(query);
        return query;
    }

    /// The number of links, those to rows that are gone included. (BEHAVIOUR 2.9)
    std::size_t count() const;
    /// The number of links by model, by content type.
    std::vector<ModelCount> count_by_model() const;
    bool exists() const;
    /// Whether the object is linked. Throws UnsavedObject, UnknownModel.
    bool contains(const ObjectRef& object) const;

    /// The linked objects of one model for which the conditions hold, as a query: to be filtered further, ordered,
    /// sliced, counted, prefetched from. Without an order of its own it comes in the order of linking.
    /// `mine.where<Movie>(F("title").startswith("V")).order_by("title").limit(3).fetch()` (BEHAVIOUR 2.8, 3.4)
    /// Throws UnknownModel; WrongModel where the relation can lead to no object of that model.
    template <class T, class... Conditions>
    TypedQuerySet<T> where(const Conditions&... conditions) const {
        const Model& model = model_of(detail::type_info<T>());
        TypedQuerySet<T> query(*context_, model);
        restrict(query);
        return query.filter(conditions...);
    }
    template <class... Conditions>
    QuerySet where(std::string_view model, const Conditions&... conditions) const {
        QuerySet query(*context_, model_of(model));
        restrict(query);
        return query.filter(conditions...);
    }

    /// Of the query's model, only objects for which its conditions hold, in its order, and at most as many as its slice
    /// takes; objects of other models stay as they are. Where a query has an order, all() goes model by model. One
    /// query for each model; the last one counts. Not answered from what was prefetched. all() has 1 + k statements in
    /// 2 round trips; the counts 1, and 1 for each query. Throws WrongModel where the relation can lead to no object of
    /// that model.
    RelatedSet with(const detail::QueryCore& query) const;

    /// The objects that have the most linked objects in common with this one, those with the most first, ties by their
    /// keys: of a source other sources, on the reverse side other targets. of_type() narrows what counts.
    /// "Countries like this one": `db.related(country, related).most_in_common(10)`. 2 statements, on the reverse side
    /// 1 and 1 per model. O(links of the linked objects). Throws QueryError with with().
    std::vector<InCommon> most_in_common(std::size_t limit) const;

    /// Narrowed to objects of these models; of none if the list is empty. Where links make no difference between a
    /// proxy and the model that it stands for, the objects come as what is asked for. Throws UnknownModel.
    /// (BEHAVIOUR 2.8)
    RelatedSet of_type(std::span<const Model* const> models) const;
    RelatedSet of_type(std::initializer_list<std::string_view> labels) const;
    template <class... T>
        requires(sizeof...(T) > 0)
    RelatedSet of_type() const {
        const Model* models[] = {&model_of(detail::type_info<T>())...};
        return of_type(models);
    }

protected:
    RelatedSet(Context& context, detail::RelationData& relation, bool reverse, const Model& model, Value key,
               Object owner)
        : context_(&context),
          relation_(&relation),
          reverse_(reverse),
          model_(&model),
          key_(std::move(key)),
          owner_(std::move(owner)) {}

    const Model& model_of(const detail::TypeInfo& type) const;
    const Model& model_of(std::string_view label) const;
    std::vector<Linked<>> all_with_through(const Model& through) const;
    std::vector<Linked<>> load_with_through() const;
    std::vector<Object> load() const;
    std::vector<Object> load_queried() const;
    /// Whether the order is one of fields of the through model.
    bool is_in_order_of_rows() const;
    /// The object, of this side, as what of_type() asks for.
    void make_as_asked(Object& object) const;
    void restrict(detail::QueryCore& query) const;
    void limit_to_choices(detail::QueryCore& query) const;
    void require_far(const Model& model) const;
    bool is_of_type(const Model& model) const;
    /// The query of with() on a model, if there is one.
    const detail::QueryState* query_on(const Model& model) const;
    /// The content types that of_type() has left; false if there are none.
    bool narrow(std::vector<int>& content_types) const;
    template <class OnForward, class OnTyped, class Result>
    Result dispatch(OnForward&& on_forward, OnTyped&& on_typed, Result nothing) const;

    Context* context_;
    detail::RelationData* relation_;
    bool reverse_;
    const Model* model_;  // of the object whose relation this is
    Value key_;           // of that object
    Object owner_;        // that object, if it is a handle: it may hold what was prefetched
    std::optional<std::vector<const Model*>> only_;
    detail::ModelQueries queries_;
    std::vector<OrderTerm> through_order_;
};

/// A RelatedSet that can also be written. Every operation is atomic, and part of the transaction that is open; takes
/// objects, structs and references of any models, and ranges of them; checks all of them before anything is written:
/// UnsavedObject, UnknownModel, KeyTooLong, InvalidChoice, on the reverse side WrongModel. (BEHAVIOUR 2.4 to 2.6, 2.10
/// to 2.12) The links of a relation through a model are objects of that model: they are inserted, updated and deleted
/// as such, with its signals. They take one round trip to look, and one for each kind of change.
class RelatedManager : public RelatedSet {
public:
    /// Links the objects. Those that are linked already, and repeats, change nothing. Never reads existing links.
    /// One statement, and one for each content type that is new to this process. O(objects · log n).
    template <class... Objects>
    Changes add(const Objects&... objects) const {
        return add_refs(detail::ObjectRefs(objects...).span());
    }
    Changes add(std::initializer_list<ObjectRef> objects) const { return add_refs({objects.begin(), objects.size()}); }

    /// Unlinks the objects. Those that are not linked change nothing. One statement.
    template <class... Objects>
    Changes remove(const Objects&... objects) const {
        return remove_refs(detail::ObjectRefs(objects...).span());
    }
    Changes remove(std::initializer_list<ObjectRef> objects) const {
        return remove_refs({objects.begin(), objects.size()});
    }

    /// Leaves exactly these linked and touches only the difference. Two statements, one round trip; on SQLite the links
    /// are read, and then those that differ written: up to three statements. O(objects + n).
    template <class... Objects>
        requires(sizeof...(Objects) > 0)
    Changes set(const Objects&... objects) const {
        return set_refs(detail::ObjectRefs(objects...).span());
    }
    Changes set(std::initializer_list<ObjectRef> objects) const { return set_refs({objects.begin(), objects.size()}); }

    /// Links what is not linked and unlinks what is; a repeat within the call counts once. Two statements.
    template <class... Objects>
    Changes toggle(const Objects&... objects) const {
        return toggle_refs(detail::ObjectRefs(objects...).span());
    }
    Changes toggle(std::initializer_list<ObjectRef> objects) const {
        return toggle_refs({objects.begin(), objects.size()});
    }

    /// Unlinks everything of this object, and says how many links there were. One statement.
    std::size_t clear() const;

    /// With values for the through model's further fields, which `add`, `set` and `toggle` give to the links that they
    /// make: `spoken.with_values({{"percentage", 65.5}}).add(german)`. WithValues overrides them for one object.
    /// Without a value a field has its default_value, or is NULL where it may be; for another it is an InvalidValue,
    /// before anything is written. Throws ObjectError if the relation has no through model. (BEHAVIOUR 4.3)
    RelatedManager with_values(FieldValues values) const;
    /// Lets `add` and `set` give the values to links that exist already too: those that differ are in Changes::updated.
    RelatedManager updating() const;

private:
    friend class Database;
    using RelatedSet::RelatedSet;

    template <class Work>
    auto write(std::span<const ObjectRef> objects, Work&& work, bool rehearsing = false) const;
    template <class Work>
    Changes change(std::span<const ObjectRef> objects, Work&& work) const;
    void drop_prefetched(std::span<const ObjectRef> objects) const;
    void note(const Changes* changes) const;
    template <class Work>
    Changes after_choices(std::span<const ObjectRef> objects, bool but_for_linked, Work&& work) const;
    void require_choices(std::span<const ObjectRef> objects, bool but_for_linked) const;
    void erase_linked(std::vector<Reference>& objects) const;

    Changes add_refs(std::span<const ObjectRef> objects) const;
    Changes remove_refs(std::span<const ObjectRef> objects) const;
    Changes set_refs(std::span<const ObjectRef> objects) const;
    Changes toggle_refs(std::span<const ObjectRef> objects) const;

    FieldValues values_;
    bool updating_ = false;
};

}  // namespace gm2m
