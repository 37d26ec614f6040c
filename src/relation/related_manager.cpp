#include <gm2m/related_manager.hpp>

#include <algorithm>

#include <gm2m/error.hpp>

#include "model/prefetched.hpp"
#include "query/context.hpp"
#include "relation/forward.hpp"
#include "relation/reverse.hpp"

namespace gm2m {
namespace {

/// Says where an error happened, while it passes.
template <class Work>
auto in_relation(const GM2MField& field, Work&& work) {
    try {
        return work();
    } catch (DatabaseError& error) {
        error.add_context("in " + field.label());
        throw;
    }
}

}  // namespace

const Model& RelatedSet::model_of(const detail::TypeInfo& type) const {
    return context_->registry.get(type);
}

bool RelatedSet::narrow(std::vector<int>& content_types) const {
    for (const Model* model : *only_)
        if (const auto id = context_->content_types.find_id(*model))
            content_types.push_back(*id);
    return !content_types.empty();
}

RelatedSet RelatedSet::of_type(std::span<const Model* const> models) const {
    RelatedSet narrowed = *this;
    std::vector<const Model*> only;
    for (const Model* model : models)
        if (!only_ || std::ranges::find(*only_, model) != only_->end())
            only.push_back(model);
    narrowed.only_ = std::move(only);
    return narrowed;
}

RelatedSet RelatedSet::of_type(std::initializer_list<std::string_view> labels) const {
    std::vector<const Model*> models;
    for (const std::string_view label : labels)
        models.push_back(&context_->registry.get(label));
    return of_type(models);
}

/// Runs the read of this side, on what of_type() has left; `nothing` where it has left nothing.
template <class OnForward, class OnReverse, class Result>
Result RelatedSet::dispatch(OnForward&& on_forward, OnReverse&& on_reverse, Result nothing) const {
    return in_relation(field_, [&]() -> Result {
        if (reverse_) {
            if (only_ && std::ranges::find(*only_, &field_.source()) == only_->end())
                return nothing;
            relation::Reverse links(*context_, field_, *model_, key_);
            return on_reverse(links);
        }
        relation::Forward::ContentTypes only;
        if (only_ && !narrow(only.emplace()))
            return nothing;
        relation::Forward links(*context_, field_, key_);
        return on_forward(links, only);
    });
}

std::vector<Object> RelatedSet::all() const {
    if (const std::vector<Object>* prefetched = detail::Prefetched::find(owner_.row(), field_.data(), reverse_)) {
        std::vector<Object> objects = *prefetched;
        if (only_)
            std::erase_if(objects, [&](const Object& object) {
                return std::ranges::find(*only_, &object.model()) == only_->end();
            });
        return objects;
    }
    return dispatch([](auto& links, const auto& only) { return links.all(only); },
                    [](auto& links) { return links.all(); }, std::vector<Object>());
}

std::size_t RelatedSet::count() const {
    return dispatch([](auto& links, const auto& only) { return links.count(only); },
                    [](auto& links) { return links.count(); }, std::size_t{0});
}

std::vector<ModelCount> RelatedSet::count_by_model() const {
    return dispatch([](auto& links, const auto& only) { return links.count_by_model(only); },
                    [&](auto& links) {
                        std::vector<ModelCount> counts;
                        if (const std::size_t count = links.count())
                            counts.push_back({field_.source().label(), &field_.source(), count});
                        return counts;
                    },
                    std::vector<ModelCount>());
}

bool RelatedSet::exists() const {
    return dispatch([](auto& links, const auto& only) { return links.exists(only); },
                    [](auto& links) { return links.exists(); }, false);
}

bool RelatedSet::contains(const ObjectRef& object) const {
    if (only_) {
        const Model* model = ObjectReader(context_->registry).read(object).model;
        if (std::ranges::find(*only_, model) == only_->end())
            return false;
    }
    return dispatch([&](auto& links, const auto&) { return links.contains(object); },
                    [&](auto& links) { return links.contains(object); }, false);
}

/// Forgets what a write through this manager outdates: what was prefetched for its object, and the other side of the
/// same relation for the objects that it gives and takes.
void RelatedManager::drop_prefetched(std::span<const ObjectRef> objects) const {
    for (const ObjectRef& object : objects)
        if (object.object())
            detail::Prefetched::drop(object.object()->row(), field_.data(), !reverse_);
    if (const std::vector<Object>* linked = detail::Prefetched::find(owner_.row(), field_.data(), reverse_))
        for (const Object& object : *linked)
            detail::Prefetched::drop(object.row(), field_.data(), !reverse_);
    detail::Prefetched::drop(owner_.row(), field_.data(), reverse_);
}

/// Runs the write of this side.
template <class Work>
auto RelatedManager::write(std::span<const ObjectRef> objects, Work&& work) const {
    drop_prefetched(objects);
    return in_relation(field_, [&] {
        if (reverse_) {
            relation::Reverse links(*context_, field_, *model_, key_);
            return work(links);
        }
        relation::Forward links(*context_, field_, key_);
        return work(links);
    });
}

Changes RelatedManager::add_refs(std::span<const ObjectRef> objects) const {
    return write(objects, [&](auto& links) { return links.add(objects); });
}

Changes RelatedManager::remove_refs(std::span<const ObjectRef> objects) const {
    return write(objects, [&](auto& links) { return links.remove(objects); });
}

Changes RelatedManager::set_refs(std::span<const ObjectRef> objects) const {
    return write(objects, [&](auto& links) { return links.set(objects); });
}

Changes RelatedManager::toggle_refs(std::span<const ObjectRef> objects) const {
    return write(objects, [&](auto& links) { return links.toggle(objects); });
}

std::size_t RelatedManager::clear() const {
    return write({}, [](auto& links) { return links.clear(); });
}

}  // namespace gm2m
