#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gm2m/deletion.hpp>

#include "deletion/dependents.hpp"

namespace gm2m::deletion {

/// The deletion of one object of which nothing has to be known first: neither its links nor what refers to it. Most
/// deletions are of this kind. The statements are the same for all objects of a model; they are made once, and go out
/// together. Where others write at the same time the row goes first, which locks it: whoever links to the object holds
/// its row, and has committed when it goes. If somebody was faster, and has inserted another object with its key, that
/// one keeps its links. (BEHAVIOUR 2.12)
class RemovalOfOne {
public:
    /// That of the objects of `model`, which is no proxy. Null where something has to be read or locked first, or a
    /// receiver is to be told. Valid until the next declaration.
    static const RemovalOfOne* find(Context& context, const Model& model);

    /// None, and nothing has happened, if a content type is not known: it may come into being with the first link until
    /// the statements run.
    std::optional<Deleted> run(Context& context, const ValueView& key) const;

private:
    enum class Form { content_type, text, key };
    /// A parameter.
    struct Slot {
        Form form;
        const Model* model = nullptr;  // whose content type
    };
    struct Step {
        std::string sql;
        std::vector<Slot> slots;
        const detail::RelationData* relation;  // null: the row
    };

    RemovalOfOne(Context& context, const Model& model);
    void append_links(Context& context, std::span<const LinkEnd> ends, bool unless_there);

    const Model& model_;
    bool applies_ = false;  // whether nothing has to be read or locked first
    bool has_signal_ = false;
    std::vector<Step> steps_;  // those of one relation follow each other
    std::size_t slots_ = 0;    // of all steps
};

}  // namespace gm2m::deletion
