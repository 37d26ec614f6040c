#include <gm2m/related_manager.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "model/access.hpp"
#include "model/prefetched.hpp"
#include "model/relation_data.hpp"
#include "query/context.hpp"
#include "relation/choices.hpp"
#include "relation/common_links.hpp"
#include "relation/forward.hpp"
#include "relation/link_notice.hpp"
#include "relation/queried_objects.hpp"
#include "relation/through_links.hpp"
#include "relation/through_rows.hpp"
#include "relation/typed_links.hpp"
#include "schema/join_table.hpp"

namespace gm2m {
namespace {

/// Says where an error happened, while it passes.
template <class Work>
auto in_relation(const detail::RelationData& relation, Work&& work) {
    try {
        return work();
    } catch (DatabaseError& error) {
        error.add_context("in " + relation.label);
        throw;
    }
}

const Model& linked_model(const Model& model, const detail::RelationData& relation) {
    return relation.is_generic ? static_cast<const detail::GM2MFieldData&>(relation).linked_model(model)
                               : model.concrete_model();
}

/// Whether the relation's links make no difference between objects of the two models: proxies of one another.
bool is_linked_as_one(const Model& a, const Model& b, const detail::RelationData& relation) {
    return &linked_model(a, relation) == &linked_model(b, relation);
}

/// Whether the links are rows of a through model.
bool has_through(detail::RelationData& relation) {
    return relation.is_generic && gm2m_field(relation).has_through();
}

/// Throws ObjectError for what only a relation through a model can do.
void require_through(detail::RelationData& relation, std::string_view what) {
    if (!has_through(relation))
        throw ObjectError(fmt::format("{} has no through model{}", relation.label, what));
}

}  // namespace

const Model& RelatedSet::model_of(const detail::TypeInfo& type) const {
    return context_->registry.get(type);
}

const Model& RelatedSet::model_of(std::string_view label) const {
    return context_->registry.get(label);
}

bool RelatedSet::is_of_type(const Model& model) const {
    return !only_ ||
           std::ranges::any_of(*only_, [&](const Model* only) { return is_linked_as_one(*only, model, *relation_); });
}

const detail::QueryState* RelatedSet::query_on(const Model& model) const {
    for (const auto& query : queries_)
        if (is_linked_as_one(*query->model, model, *relation_))
            return query.get();
    return nullptr;
}

bool RelatedSet::narrow(std::vector<int>& content_types) const {
    for (const Model* model : *only_)
        if (const auto id = context_->content_types.find_id(linked_model(*model, *relation_)))
            content_types.push_back(*id);
    return !content_types.empty();
}

RelatedSet RelatedSet::of_type(std::span<const Model* const> models) const {
    RelatedSet narrowed = *this;
    std::vector<const Model*> only;
    for (const Model* model : models)
        if (is_of_type(*model))
            only.push_back(model);
    narrowed.only_ = std::move(only);
    return narrowed;
}

RelatedSet RelatedSet::of_type(std::initializer_list<std::string_view> labels) const {
    std::vector<const Model*> models;
    for (const std::string_view label : labels)
        models.push_back(&model_of(label));
    return of_type(models);
}

void RelatedSet::require_far(const Model& model) const {
    if (!reverse_ && relation_->is_generic)
        return;
    const Model& far = *schema::typed_side_of(*relation_, reverse_).far;
    if (&far.concrete_model() != &model.concrete_model())
        throw WrongModel(fmt::format("{} leads from {} to objects of {}, not of {}", relation_->label, model_->label(),
                                     far.label(), model.label()));
}

RelatedSet RelatedSet::with(const detail::QueryCore& query) const {
    require_far(query.model());
    RelatedSet narrowed = *this;
    detail::replace_query(narrowed.queries_, query.state());
    return narrowed;
}

void RelatedSet::restrict(detail::QueryCore& query) const {
    if (query_on(query.model()))
        throw QueryError(fmt::format("where() begins a query of its own on {}: give it the conditions of with()",
                                     query.model().label()));
    require_far(query.model());
    query.restrict_to_links({relation_, reverse_, model_, key_, through_order_});
    if (!is_of_type(query.model()))
        query.set_none();
}

/// Runs the read of this side, on what of_type() has left; `nothing` where it has left nothing.
template <class OnForward, class OnTyped, class Result>
Result RelatedSet::dispatch(OnForward&& on_forward, OnTyped&& on_typed, Result nothing) const {
    return in_relation(*relation_, [&]() -> Result {
        if (reverse_ || !relation_->is_generic) {
            relation::TypedLinks links(*context_, *relation_, reverse_, *model_, key_);
            return is_of_type(links.far()) ? on_typed(links) : nothing;
        }
        relation::Forward::ContentTypes only;
        if (only_ && !narrow(only.emplace()))
            return nothing;
        relation::Forward links(*context_, gm2m_field(*relation_), key_);
        return on_forward(links, only);
    });
}

RelatedSet RelatedSet::order_by_through(std::vector<OrderTerm> terms) const {
    require_through(*relation_, " to order by");
    RelatedSet ordered = *this;
    ordered.through_order_ = std::move(terms);
    return ordered;
}

std::vector<Linked<>> RelatedSet::all_with_through() const {
    require_through(*relation_, " whose rows could be read");
    if (!queries_.empty())
        throw QueryError(
            "all_with_through() gives all objects with their rows, of which with() chooses some: query the "
            "through model itself, or narrow the objects with of_type()");
    std::vector<Linked<>> linked = load_with_through();
    for (Linked<>& each : linked)
        make_as_asked(each.object);
    return linked;
}

std::vector<Linked<>> RelatedSet::all_with_through(const Model& through) const {
    require_through(*relation_, " whose rows could be read");
    const Model& rows = gm2m_field(*relation_).join_model();
    if (&through.concrete_model() != &rows.concrete_model())
        throw WrongModel(
            fmt::format("the links of {} are rows of {}, not of {}", relation_->label, rows.label(), through.label()));
    std::vector<Linked<>> linked = all_with_through();
    if (&through != &rows)
        for (Linked<>& each : linked)
            each.through = as_object_of(through, each.through);
    return linked;
}

std::vector<Linked<>> RelatedSet::load_with_through() const {
    const GM2MField field = gm2m_field(*relation_);
    const auto* prefetched = detail::Prefetched::find(owner_.row(), relation_, reverse_);
    if (prefetched && through_order_.empty() && prefetched->through.size() == prefetched->objects.size() &&
        !context_->write_log.is_outdated(*relation_, reverse_, {model_, key_}, prefetched->stamp)) {
        std::vector<Linked<>> linked;
        for (std::size_t i = 0; i < prefetched->objects.size(); ++i)
            if (is_of_type(prefetched->objects[i].model()))
                linked.push_back({prefetched->through[i], prefetched->objects[i]});
        return linked;
    }
    return in_relation(*relation_, [&] {
        return relation::linked_with_rows(*context_, {field, reverse_, *model_, only_, through_order_}, key_);
    });
}

void RelatedSet::limit_to_choices(detail::QueryCore& query) const {
    require_far(query.model());
    if (!reverse_ && relation_->is_generic)
        if (const auto choice = relation::choice_of(gm2m_field(*relation_), query.model()))
            query.restrict_to(*choice);
}

void RelatedSet::make_as_asked(Object& object) const {
    if (!only_ || std::ranges::find(*only_, &object.model()) != only_->end())
        return;
    const auto asked = std::ranges::find_if(
        *only_, [&](const Model* only) { return is_linked_as_one(*only, object.model(), *relation_); });
    object = as_object_of(**asked, object);
}

std::vector<Object> RelatedSet::all() const {
    std::vector<Object> objects = queries_.empty() ? load() : load_queried();
    for (Object& object : objects)
        make_as_asked(object);
    return objects;
}

std::vector<Object> RelatedSet::load() const {
    std::vector<Object> objects;
    if (!through_order_.empty()) {
        for (auto& [through, object] : load_with_through())
            objects.push_back(std::move(object));
        return objects;
    }
    const auto* prefetched = detail::Prefetched::find(owner_.row(), relation_, reverse_);
    if (prefetched && !context_->write_log.is_outdated(*relation_, reverse_, {model_, key_}, prefetched->stamp)) {
        objects = prefetched->objects;
        std::erase_if(objects, [&](const Object& object) { return !is_of_type(object.model()); });
        return objects;
    }
    return dispatch([](relation::Forward& links, const auto& only) { return links.all(only); },
                    [](relation::TypedLinks& links) { return links.all(); }, std::move(objects));
}

bool RelatedSet::is_in_order_of_rows() const {
    return !through_order_.empty() ||
           (has_through(*relation_) && !gm2m_field(*relation_).join_model().ordering().empty());
}

std::vector<Object> RelatedSet::load_queried() const {
    const detail::LinkedTo linked{relation_, reverse_, model_, key_, through_order_};
    const auto query = [&](const Model& model) {
        return relation::linked_query(*context_, linked, model, query_on(model));
    };
    return dispatch(
        [&](relation::Forward& links, const auto& only) {
            for (const auto& given : queries_)  // before anything runs
                relation::check_query(*context_, query(*given->model));
            std::vector<detail::QueryState> queries;
            for (const ModelCount& count : links.count_by_model(only))
                if (count.model)
                    queries.push_back(query(*count.model));
            std::vector<Object> objects = relation::load_queried(*context_, queries);
            if (is_in_order_of_rows() && std::ranges::none_of(queries, &detail::QueryState::is_ordered))
                relation::sort_by_rows(*context_, {gm2m_field(*relation_), reverse_, *model_, only_, through_order_},
                                       key_, objects);
            return objects;
        },
        [&](relation::TypedLinks& links) {
            return query_on(links.far()) ? relation::load_queried(*context_, {query(links.far())}) : load();
        },
        std::vector<Object>());
}

std::vector<ModelCount> RelatedSet::count_by_model() const {
    std::vector<ModelCount> counts = dispatch([](auto& links, const auto& only) { return links.count_by_model(only); },
                                              [](auto& links) {
                                                  std::vector<ModelCount> far;
                                                  if (const std::size_t count = links.count())
                                                      far.push_back({links.far().label(), &links.far(), count});
                                                  return far;
                                              },
                                              std::vector<ModelCount>());
    for (ModelCount& each : counts)
        if (const detail::QueryState* given = each.model ? query_on(*each.model) : nullptr)
            each.count = relation::count_queried(relation::linked_query(
                *context_, {relation_, reverse_, model_, key_}, *each.model, given));
    std::erase_if(counts, [](const ModelCount& each) { return each.count == 0; });
    return counts;
}

std::size_t RelatedSet::count() const {
    if (queries_.empty())
        return dispatch([](auto& links, const auto& only) { return links.count(only); },
                        [](auto& links) { return links.count(); }, std::size_t{0});
    std::size_t count = 0;
    for (const ModelCount& each : count_by_model())
        count += each.count;
    return count;
}

bool RelatedSet::exists() const {
    if (!queries_.empty())
        return count() > 0;
    return dispatch([](auto& links, const auto& only) { return links.exists(only); },
                    [](auto& links) { return links.exists(); }, false);
}

bool RelatedSet::contains(const ObjectRef& object) const {
    const ObjectView view = context_->reader.read(object);
    if (!is_of_type(*view.model))
        return false;
    if (const detail::QueryState* given = query_on(*view.model))
        return relation::contains_queried(
            relation::linked_query(*context_, {relation_, reverse_, model_, key_}, *view.model, given),
            saved_key(view));
    return dispatch([&](auto& links, const auto&) { return links.contains(object); },
                    [&](auto& links) { return links.contains(object); }, false);
}

std::vector<InCommon> RelatedSet::most_in_common(std::size_t limit) const {
    if (!queries_.empty())
        throw QueryError("most_in_common() counts links, of which with() chooses none: narrow it with of_type()");
    return dispatch(
        [&](auto&, const auto& only) {
            return relation::most_in_common(*context_, gm2m_field(*relation_), key_, only, limit);
        },
        [&](auto&) { return relation::most_in_common(*context_, *relation_, reverse_, *model_, key_, limit); },
        std::vector<InCommon>());
}

/// Forgets what a write through this manager outdates, on the handles that it knows: what was prefetched for its
/// object, and the other side of the same relation for the objects that it gives and takes. Of other handles the log
/// tells.
void RelatedManager::drop_prefetched(std::span<const ObjectRef> objects) const {
    for (const ObjectRef& object : objects)
        if (object.object())
            detail::Prefetched::drop(object.object()->row(), relation_, !reverse_);
    if (const auto* linked = detail::Prefetched::find(owner_.row(), relation_, reverse_))
        for (const Object& object : linked->objects)
            detail::Prefetched::drop(object.row(), relation_, !reverse_);
    detail::Prefetched::drop(owner_.row(), relation_, reverse_);
}

/// Notes whose links a write has changed; null for those of anything on the other side.
void RelatedManager::note(const Changes* changes) const {
    if (!detail::Prefetched::is_in_use())
        return;
    WriteLog& log = context_->write_log;
    log.wrote(*relation_, reverse_, {model_, key_});
    constexpr std::size_t few = 1'000;
    if (!changes || changes->added.size() + changes->removed.size() + changes->updated.size() > few)
        return log.wrote_side(*relation_, !reverse_);
    for (const auto* references : {&changes->added, &changes->removed, &changes->updated})
        for (const Reference& reference : *references)
            if (reference.model)
                log.wrote(*relation_, !reverse_, reference);
}

RelatedManager RelatedManager::with_values(FieldValues values) const {
    require_through(*relation_, " whose fields could take values");
    RelatedManager more = *this;
    more.values_ = std::move(values);
    return more;
}

RelatedManager RelatedManager::updating() const {
    require_through(*relation_, " whose rows could be updated");
    RelatedManager more = *this;
    more.updating_ = true;
    return more;
}

/// Runs the write of this side. Where links are objects, with signals of their own, a rehearsal writes none.
template <class Work>
auto RelatedManager::write(std::span<const ObjectRef> objects, Work&& work, bool rehearsing) const {
    drop_prefetched(objects);
    return in_relation(*relation_, [&] {
        if (has_through(*relation_)) {
            relation::ThroughLinks links(*context_, gm2m_field(*relation_), reverse_, *model_, key_, values_,
                                         updating_);
            if (rehearsing)
                links.rehearse();
            return work(links);
        }
        if (std::ranges::any_of(objects, [](const ObjectRef& object) { return object.values() != nullptr; }))
            require_through(*relation_, " whose fields could take values");
        if (reverse_ || !relation_->is_generic) {
            relation::TypedLinks links(*context_, *relation_, reverse_, *model_, key_);
            return work(links);
        }
        relation::Forward links(*context_, gm2m_field(*relation_), key_);
        return work(links);
    });
}

template <class Work>
Changes RelatedManager::change(std::span<const ObjectRef> objects, Work&& work) const {
    const auto run = [&](bool rehearsing) { return write(objects, work, rehearsing); };
    const relation::LinkNotice notice(*context_, *relation_, reverse_, {model_, key_});
    Changes changes = notice.is_heard() ? notice.around(run) : run(false);
    note(&changes);
    return changes;
}

/// Does the work once it is known that limit_choices_to leaves nothing out: in one transaction, so that it stays so
/// where the engine or the isolation level sees to that. Throws InvalidChoice.
template <class Work>
Changes RelatedManager::after_choices(std::span<const ObjectRef> objects, bool but_for_linked, Work&& work) const {
    if (!relation_->is_generic || gm2m_field(*relation_).options().limit_choices_to.empty() || objects.empty())
        return work();
    const auto ask_and_work = [&] {
        require_choices(objects, but_for_linked);
        return work();
    };
    backend::Connection& connection = context_->connection;
    const bool is_in_transaction = connection.depth() > 0 || connection.in_foreign_transaction();
    return is_in_transaction ? ask_and_work() : backend::in_transaction(connection, ask_and_work);
}

void RelatedManager::require_choices(std::span<const ObjectRef> objects, bool but_for_linked) const {
    const GM2MField field = gm2m_field(*relation_);
    const Reference near{model_, key_};
    const ObjectRef target(near);
    if (!reverse_)
        return relation::require_choices(*context_, field, objects, [&](std::vector<Reference>& refused) {
            if (but_for_linked)
                erase_linked(refused);
        });
    std::vector<Reference> sources;
    if (but_for_linked)
        for (const ObjectRef& object : objects) {
            const ObjectView view = context_->reader.read(object);
            sources.push_back({view.model, saved_key(view)});
        }
    if (!sources.empty())
        erase_linked(sources);
    if (!but_for_linked || !sources.empty())
        relation::require_choices(*context_, field, std::span(&target, 1));
}

/// Leaves those of some objects of one model that are not linked. 1 statement.
void RelatedManager::erase_linked(std::vector<Reference>& objects) const {
    std::vector<Operand> keys;
    for (const Reference& object : objects)
        keys.emplace_back(object.key);
    std::set<Value> linked;
    for (const Object& object : where(objects.front().model->label(), F("pk").in(std::move(keys))).fetch())
        linked.insert(object.key());
    std::erase_if(objects, [&](const Reference& object) { return linked.contains(object.key); });
}

Changes RelatedManager::add_refs(std::span<const ObjectRef> objects) const {
    return after_choices(objects, false,
                         [&] { return change(objects, [&](auto& links) { return links.add(objects); }); });
}

Changes RelatedManager::remove_refs(std::span<const ObjectRef> objects) const {
    return change(objects, [&](auto& links) { return links.remove(objects); });
}

Changes RelatedManager::set_refs(std::span<const ObjectRef> objects) const {
    return after_choices(objects, false,
                         [&] { return change(objects, [&](auto& links) { return links.set(objects); }); });
}

Changes RelatedManager::toggle_refs(std::span<const ObjectRef> objects) const {
    return after_choices(objects, true,
                         [&] { return change(objects, [&](auto& links) { return links.toggle(objects); }); });
}

std::size_t RelatedManager::clear() const {
    const auto run = [&] { return write({}, [](auto& links) { return links.clear(); }); };
    const relation::LinkNotice notice(*context_, *relation_, reverse_, {model_, key_});
    const std::size_t count =
        notice.is_heard_of_clearing() ? notice.around_clear([&] { return exists(); }, run) : run();
    note(nullptr);
    return count;
}

}  // namespace gm2m
