#pragma once

#include <optional>
#include <span>

#include <gm2m/object.hpp>

#include "query/context.hpp"

namespace gm2m::relation {

/// Keys of targets, as texts in the end; those given as integers become texts when somebody asks for one.
class LinkKeys {
public:
    std::size_t size() const noexcept { return integers_.size(); }
    void reserve(std::size_t count) { integers_.reserve(count); }
    void push_integer(std::int64_t key) { integers_.push_back(key); }
    void push_text(std::string_view key) {
        complete_texts();
        texts_.push_text(key);
        integers_.push_back(std::nullopt);
    }
    void push(const LinkKeys& other, std::size_t i) {
        if (const auto& integer = other.integer_at(i))
            push_integer(*integer);
        else
            push_text(other.text_at(i));
    }

    /// Nothing where the key was given as a text.
    const std::optional<std::int64_t>& integer_at(std::size_t i) const noexcept { return integers_[i]; }
    /// Valid until a key is pushed.
    std::string_view text_at(std::size_t i) const { return texts().text_at(i); }
    const backend::ValueList& texts() const {
        complete_texts();
        return texts_;
    }

private:
    void complete_texts() const {
        if (texts_.size() < integers_.size())
            append_texts();
    }
    void append_texts() const;

    std::vector<std::optional<std::int64_t>> integers_;
    mutable backend::ValueList texts_{Kind::text};  // of the first keys; those after them are integers
};

/// The targets of an operation, checked, as (content type, key) side by side in the order given.
struct LinkList {
    backend::ValueList content_types{Kind::integer};
    LinkKeys keys;
    std::vector<const Model*> models;  // of each target

    std::size_t size() const noexcept { return keys.size(); }
    void push(std::int64_t content_type, std::string_view key, const Model* model) {
        content_types.push_integer(content_type);
        keys.push_text(key);
        models.push_back(model);
    }
    void push(const LinkList& other, std::size_t i);
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

/// The keys of the targets of each of these models, which are all: typed, each once, sorted.
std::vector<backend::ValueList> target_keys(const LinkList& links, std::span<const TargetModel> models);

/// Throws KeyTooLong for a target ("cinema.Movie:5") whose key has `length` characters.
[[noreturn]] void throw_key_too_long(const GM2MField& field, const std::string& object, std::size_t length);

/// What a target has to be for this relation; each check names the object and is made before anything is written.
class LinkListBuilder {
public:
    LinkListBuilder(Context& context, const GM2MField& field)
        : context_(context),
          field_(field),
          key_length_(field.key_length()),
          short_integer_(short_integer(key_length_)) {}

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
    static std::int64_t short_integer(std::optional<std::size_t> key_length);
    std::size_t model_index(const Model& model);
    /// The key's text, valid until it is called again.
    std::string_view check_length(const Model& model, const ValueView& key);
    LinkList build(std::span<const std::optional<int>> ids);

    Context& context_;
    GM2MField field_;
    std::optional<std::size_t> key_length_;
    std::int64_t short_integer_;  // no integer from its negative to it has a text that is too long
    Scratch scratch_;
    std::string text_;
    std::vector<const Model*> distinct_models_;
    std::vector<std::size_t> model_of_;  // of each target
    LinkKeys keys_;
    std::vector<TargetModel> targets_;
};

/// What a link refers to: with the key as text where the model is not known, or the text is no key of it.
Reference reference_to(const Model* model, std::string_view text);

}  // namespace gm2m::relation
