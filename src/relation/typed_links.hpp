#pragma once

#include <array>
#include <initializer_list>

#include <gm2m/related_manager.hpp>

#include "relation/typed_link_statements.hpp"

namespace gm2m::relation {

/// The keys of objects on the far side of a relation, checked; `distinct`: each once. Throws UnknownModel, WrongModel,
/// UnsavedObject, InvalidValue.
backend::ValueList far_keys(Context& context, const detail::RelationData& relation, const Model& near, const Model& far,
                            std::span<const ObjectRef> objects, bool distinct = false);

/// The links of one object that all lead to objects of one model: what a RelatedManager does on the reverse side of a
/// GM2M field (BEHAVIOUR 3.4), and on both sides of a many-to-many field.
class TypedLinks {
public:
    /// `near` is the object's model and key, and outlives this.
    TypedLinks(Context& context, detail::RelationData& relation, bool reverse, const Model& near, const Value& key);

    Changes add(std::span<const ObjectRef> objects);
    Changes remove(std::span<const ObjectRef> objects);
    Changes set(std::span<const ObjectRef> objects);
    Changes toggle(std::span<const ObjectRef> objects);
    std::size_t clear();

    std::vector<Object> all();
    std::size_t count();
    bool exists();
    bool contains(const ObjectRef& object);

    const Model& far() const noexcept { return far_; }

private:
    class ChangedKeys;
    /// What the near object's links have in their columns: a content type and a key text, or a key; and perhaps one
    /// parameter more. Without an allocation, since every call has one.
    class Near {
    public:
        Near(std::initializer_list<backend::Parameter> columns) {
            for (const backend::Parameter& column : columns)
                push_back(column);
        }
        void push_back(const backend::Parameter& column) { columns_[size_++] = column; }
        operator std::span<const backend::Parameter>() const noexcept { return {columns_.data(), size_}; }

    private:
        std::array<backend::Parameter, 3> columns_;
        std::size_t size_ = 0;
    };

    backend::ValueList read(std::span<const ObjectRef> objects, bool distinct = false) const {
        return far_keys(context_, relation_, near_, far_, objects, distinct);
    }
    /// Nothing if the near model has no content type, and so no links.
    std::optional<Near> find_near();
    Near near_of(int content_type) const;
    /// Runs `work` with the near object's columns, which writes links of the far objects; its content type is created
    /// if need be.
    template <class Work>
    Changes write(const backend::ValueList& far, Work&& work);
    template <class Work>
    Changes write_near(Work&& work);
    const TypedLinkingStatements& linking();
    const TypedKeyStatements& links_alone();
    const TypedUnlinkingStatements& unlinking();
    std::vector<Reference> add_links(const backend::ValueList& far, Near near);
    std::vector<Reference> write_links(const std::string& sql, const backend::ValueList& far, const Near& near);
    void lock(const backend::ValueList& far);
    Changes set_links(const backend::ValueList& far, const Near& near);
    Changes set_many_links(const backend::ValueList& far, const Near& near);
    void ask(const std::string& sql, std::span<const Kind> columns, backend::ResultSink& sink);
    std::int64_t ask_number(const std::string& sql, Kind kind);

    Context& context_;
    detail::RelationData& relation_;
    bool reverse_;
    const TypedLinkStatements& sql_;
    const Model& near_;
    const Model& far_;
    backend::Parameter near_key_;
    std::string key_text_;  // of a GM2M field's target
};

}  // namespace gm2m::relation
