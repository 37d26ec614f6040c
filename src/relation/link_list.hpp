#pragma once

#include <span>

#include <gm2m/object.hpp>

#include "model/access.hpp"
#include "query/context.hpp"

namespace gm2m::relation {

/// The targets of an operation, checked, as (content type, key text) side by side in the order given.
struct LinkList {
    backend::ValueList content_types{Kind::integer};
    backend::ValueList keys{Kind::text};
    std::vector<const Model*> models;  // of each target

    std::size_t size() const noexcept { return keys.size(); }
    void push(std::int64_t content_type, std::string_view key, const Model* model) {
        content_types.push_integer(content_type);
        keys.push_text(key);
        models.push_back(model);
    }
    /// The part that one statement takes.
    LinkList slice(std::size_t begin, std::size_t count) const;
    /// The first of each link stays.
    void drop_repeats();
    Reference reference(std::size_t i) const;
};

/// A model whose objects are targets.
struct TargetModel {
    std::int64_t content_type;
    const Model* model;

    friend bool operator==(const TargetModel&, const TargetModel&) = default;
};

/// The keys of the targets of each of these models, which are all, typed and each once.
std::vector<backend::ValueList> target_keys(const LinkList& links, std::span<const TargetModel> models);

/// Throws KeyTooLong for a target ("cinema.Movie:5") whose key has `length` characters.
[[noreturn]] void throw_key_too_long(const GM2MField& field, const std::string& object, std::size_t length);

/// What a target has to be for this relation; each check names the object and is made before anything is written.
class LinkListBuilder {
public:
    LinkListBuilder(Context& context, const GM2MField& field)
        : context_(context), field_(field), key_length_(field.key_length()), reader_(context.registry) {}

    /// Throws UnknownModel, UnsavedObject, KeyTooLong, InvalidValue.
    void add(const ObjectRef& object);
    void add(std::span<const ObjectRef> objects) {
        for (const ObjectRef& object : objects)
            add(object);
    }
    /// The models in the order in which they first appeared.
    std::span<const Model* const> models() const noexcept { return distinct_models_; }
    /// The list, with the content types that are known; targets of models without one are left out. Once only, as
    /// complete(): the list takes what was gathered.
    LinkList known();
    /// The list, with content types that are created where need be: inside a transaction.
    LinkList complete();
    /// The models of complete(), in the order of their content types.
    const std::vector<TargetModel>& targets() const noexcept { return targets_; }
    bool needs_content_types();

private:
    std::size_t model_index(const Model& model);
    LinkList build(std::span<const std::optional<int>> ids);

    Context& context_;
    GM2MField field_;
    std::optional<std::size_t> key_length_;
    ObjectReader reader_;
    Scratch scratch_;
    std::string text_;
    std::vector<const Model*> distinct_models_;
    std::vector<std::size_t> model_of_;  // of each target
    backend::ValueList keys_{Kind::text};
    std::vector<TargetModel> targets_;
};

/// A typed key from its text in a join table; nothing if it is no key of that model.
std::optional<Value> parse_key(const Model& model, std::string_view text);

}  // namespace gm2m::relation
