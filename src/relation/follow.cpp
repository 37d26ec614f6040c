#include "relation/follow.hpp"

#include <deque>
#include <map>
#include <set>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/text_form.hpp"
#include "model/access.hpp"
#include "model/prefetched.hpp"
#include "relation/distinct_texts.hpp"
#include "relation/model_load.hpp"

namespace gm2m::relation {
namespace {

/// Throws QueryError for a field that leads nowhere.
const Field& foreign_key_of(const Model& model, std::string_view name) {
    const Field& field = model.field(name);
    if (!field.is_foreign_key())
        throw QueryError(fmt::format("{} is no foreign key that could be followed", field.label()));
    model.require_complete();
    return field;
}

/// What is to be loaded of one model, each object once, and for whom.
struct Wanted {
    DistinctTexts keys;
    std::vector<std::pair<std::size_t, std::uint32_t>> places;  // of a result, and of its key
    std::vector<Object> objects;
};

class Follower {
public:
    Follower(Context& context, std::string_view name) : context_(context), name_(name) {}

    std::vector<Object> follow(std::span<const Object> objects) {
        for (std::size_t i = 0; i < objects.size(); ++i)
            add(i, objects[i]);
        std::deque<ModelLoad> loads;
        std::vector<backend::Request> requests;
        for (auto& [model, wanted] : by_model_) {
            wanted.objects.resize(wanted.keys.size());
            loads.emplace_back(*model, wanted.keys.list(), wanted.objects).append_requests(context_, requests);
        }
        context_.connection.execute(requests, backend::Access::read);
        std::vector<Object> found(objects.size());
        for (const auto& [model, wanted] : by_model_)
            for (const auto& [result, key] : wanted.places)
                found[result] = wanted.objects[key];
        for (auto& [result, object] : known_)
            found[result] = std::move(object);
        return found;
    }

private:
    void add(std::size_t place, const Object& object) {
        const Model& model = object.model();
        if (const GenericForeignKey* generic = model.find_generic_foreign_key(name_)) {
            const Value type = value_of(object, *generic->content_type);
            const bool known = !type.is_null() && std::in_range<int>(type.view().integer());
            const auto content_type =
                known ? context_.content_types.find(static_cast<int>(type.view().integer())) : std::nullopt;
            if (content_type && content_type->registered)
                want(place, object, generic, *content_type->registered, value_of(object, *generic->key));
            return;
        }
        const Field& field = foreign_key_of(model, name_);
        want(place, object, &field, *field.target(), value_of(object, field));
    }

    static Value value_of(const Object& object, const Field& field) {
        Scratch scratch;
        return Value(field.kind(), field.view(data_of(object.row()), scratch));
    }

    void want(std::size_t place, const Object& object, detail::Prefetched::Owner foreign_key, const Model& model,
              const Value& key) {
        if (key.is_null())
            return;
        const std::string text = key.to_string();
        const auto* prefetched = detail::Prefetched::find(object.row(), foreign_key, false);
        if (prefetched && !prefetched->objects.empty() && !context_.write_log.is_outdated(prefetched->stamp)) {
            const Object& known = prefetched->objects.front();
            if (&known.model() == &model && known.key().to_string() == text) {
                known_.emplace_back(place, known);
                return;
            }
        }
        Wanted& wanted = by_model_[&model];
        wanted.places.emplace_back(place, wanted.keys.insert(text));
    }

    Context& context_;
    std::string_view name_;
    std::map<const Model*, Wanted> by_model_;
    std::vector<std::pair<std::size_t, Object>> known_;  // that were prefetched
};

void assign_generic(Context& context, const GenericForeignKey& generic, void* object, const Model& target,
                    const Value& key) {
    Value stored = generic.key->kind() == Kind::text ? Value(key.to_string()) : generic.key->coerce(key);
    const auto limit = generic.key->options().max_length;
    if (generic.key->kind() == Kind::text && limit && text::count_characters(stored.view().text()) > *limit)
        throw KeyTooLong(
            fmt::format("the key of {}:{} has {} characters, but {} takes {}: declare that field with a larger "
                        "max_length",
                        target.label(), key.to_string(), text::count_characters(stored.view().text()),
                        generic.key->label(), *limit));
    generic.content_type->assign(object, ValueView::of_integer(context.content_types.id_of(target.concrete_model())));
    generic.key->assign(object, stored.view());
}

}  // namespace

void assign(Context& context, const Model& model, void* object, std::string_view name, const ObjectRef& target) {
    const ObjectView view = context.reader.read(target);
    const Value key = saved_key(view);
    if (const GenericForeignKey* generic = model.find_generic_foreign_key(name))
        return assign_generic(context, *generic, object, *view.model, key);
    const Field& field = foreign_key_of(model, name);
    if (!view.model->is_a(*field.target()))
        throw WrongModel(fmt::format("{} refers to objects of {}, and not to one of {}", field.label(),
                                     field.target()->label(), view.model->label()));
    field.assign(object, key.view());
}

bool has_foreign_key(const Model& model, std::string_view name) {
    const Field* field = model.find_field(name);
    return (field && field->is_foreign_key()) || model.find_generic_foreign_key(name);
}

std::vector<Object> prefetch_followed(Context& context, std::span<const Object> objects, std::string_view name) {
    std::vector<Object> found = follow(context, objects, name);
    std::vector<Object> distinct;
    std::set<const detail::Row*> seen;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        const Model& model = objects[i].model();
        const GenericForeignKey* generic = model.find_generic_foreign_key(name);
        const detail::Prefetched::Owner owner = generic ? static_cast<const void*>(generic) : &model.field(name);
        detail::Prefetched::store(*objects[i].row(), owner, false,
                                  found[i] ? std::vector<Object>{found[i]} : std::vector<Object>());
        if (found[i] && seen.insert(found[i].row()).second)
            distinct.push_back(std::move(found[i]));
    }
    return distinct;
}

std::vector<Object> follow(Context& context, std::span<const Object> objects, std::string_view name) {
    return Follower(context, name).follow(objects);
}

}  // namespace gm2m::relation
