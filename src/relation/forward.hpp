#pragma once

#include <gm2m/related_manager.hpp>

#include "relation/link_list.hpp"
#include "relation/link_statements.hpp"
#include "relation/linking_statements.hpp"

namespace gm2m::relation {

/// The relation of one source: what a RelatedManager does on the forward side.
class Forward {
public:
    /// `source` outlives this.
    Forward(Context& context, const GM2MField& field, const Value& source)
        : context_(context), field_(field), sql_(LinkStatements::of(context, field)), source_(source) {}

    Changes add(std::span<const ObjectRef> objects);
    Changes remove(std::span<const ObjectRef> objects);
    Changes set(std::span<const ObjectRef> objects);
    Changes toggle(std::span<const ObjectRef> objects);
    std::size_t clear();

    /// The reads are of the content types given, or of all.
    using ContentTypes = std::optional<std::vector<int>>;
    std::vector<Object> all(const ContentTypes& only);
    std::size_t count(const ContentTypes& only);
    bool exists(const ContentTypes& only);
    std::vector<ModelCount> count_by_model(const ContentTypes& only);
    bool contains(const ObjectRef& object);

private:
    template <class Work>
    Changes write(std::span<const ObjectRef> objects, Work&& work);
    /// As `statement` says, in as many statements as the links need.
    std::vector<Reference> write_links(const std::string& statement, const LinkList& links);
    /// As `statement` says, which is executed for each link, and tells the sink.
    void write_row_by_row(const std::string& statement, const LinkList& links, backend::ResultSink& sink);
    void link_lists(const std::string& statement, const LinkingStatements& sql, const LinkList& links,
                    std::span<const Kind> columns, backend::ResultSink& sink);
    std::vector<Reference> add_links(const LinkingStatements& sql, const LinkList& links);
    Changes change_lists(const std::string& statement, const LinkingStatements& sql, const LinkList& links);
    Changes set_difference(const LinkingStatements& sql, const LinkList& links);
    std::vector<Reference> remove_all();
    void lock_source();
    Changes toggle_row_by_row(const LinkingStatements& sql, const LinkList& links);
    void read(std::string LinkStatements::Read::*statement, const ContentTypes& only, std::span<const Kind> columns,
              backend::ResultSink& sink);
    std::int64_t read_number(std::string LinkStatements::Read::*statement, const ContentTypes& only, Kind kind);

    Context& context_;
    GM2MField field_;
    const LinkStatements& sql_;
    backend::Parameter source_;
};

}  // namespace gm2m::relation
