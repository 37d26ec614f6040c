#pragma once

#include <map>
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
    /// That of the objects of `model`, which is no proxy. Null where something has to be read, locked or updated first,
    /// or a receiver is to be told. Valid until the next declaration. Throws as Model::require_complete().
    static const RemovalOfOne* find(Context& context, const Model& model);

    Deleted run(Context& context, const ValueView& key) const;

private:
    /// A statement on the links of a relation, or on the row.
    struct Step {
        detail::RelationData* relation = nullptr;  // null: the row
        std::vector<LinkEnd> ends = {};
        /// By whether the content type of each end is known, as sql_of() has it.
        mutable std::map<std::string, std::string, std::less<>> sql = {};
    };

    RemovalOfOne(Context& context, const Model& model);
    const std::string& sql_of(Context& context, const Step& step, const std::string& known) const;

    const Model& model_;
    const bool row_goes_first_;
    bool applies_ = false;  // whatever receivers there are
    bool has_signal_ = false;
    std::vector<Step> steps_;  // those of one relation follow each other
    std::size_t ends_ = 0;     // of all steps
};

}  // namespace gm2m::deletion
