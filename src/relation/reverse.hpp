#pragma once

#include <gm2m/related_manager.hpp>

#include "relation/link_list.hpp"
#include "relation/link_statements.hpp"

namespace gm2m::relation {

/// The reverse side of a relation for one target: what a RelatedManager does there. (BEHAVIOUR 3.4)
class Reverse {
public:
    Reverse(Context& context, const GM2MField& field, const Model& target, const Value& key);

    Changes add(std::span<const ObjectRef> sources);
    Changes remove(std::span<const ObjectRef> sources);
    Changes set(std::span<const ObjectRef> sources);
    Changes toggle(std::span<const ObjectRef> sources);
    std::size_t clear();

    std::vector<Object> all();
    std::size_t count();
    bool exists();
    bool contains(const ObjectRef& source);

private:
    class ChangedSources;

    /// The keys of the sources, checked.
    backend::ValueList read(std::span<const ObjectRef> sources, bool distinct = false);
    /// Runs `work` with the target's content type, which is created if need be.
    template <class Work>
    Changes write(Work&& work);
    std::vector<Reference> write_links(const std::string& sql, const backend::ValueList& sources, int content_type);
    void lock(const backend::ValueList& sources);
    Changes set_sources(const backend::ValueList& sources, int content_type);
    Changes set_many_sources(const backend::ValueList& sources, int content_type);
    /// Runs a read; nothing if the target has no content type and so no links.
    bool ask(const std::string& sql, std::span<const Kind> columns, backend::ResultSink& sink);

    Context& context_;
    GM2MField field_;
    const Model& target_;
    const Model& source_;
    const LinkStatements& sql_;
    std::string key_text_;
};

}  // namespace gm2m::relation
