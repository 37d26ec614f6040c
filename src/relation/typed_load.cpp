#include "relation/typed_load.hpp"

#include "query/model_statements.hpp"
#include "query/object_sink.hpp"
#include "query/query_compiler.hpp"
#include "relation/distinct_keys.hpp"
#include "relation/load_in_turn.hpp"
#include "relation/model_load.hpp"
#include "relation/typed_link_statements.hpp"

namespace gm2m::relation {
namespace {

using backend::Access;
using backend::Request;
using backend::ValueList;

/// With more owners than that, a statement and round trip more to load each far object once costs less than to get it
/// once for every link, or with a list of its links.
constexpr std::size_t few_owners = 1'000;

/// The far objects of the owners, which are all of one model.
class TypedLoad final : public backend::ResultSink {
public:
    TypedLoad(Context& context, detail::RelationData& relation, bool reverse, const Owners& owners,
              const detail::QueryState* query)
        : context_(context),
          relation_(relation),
          reverse_(reverse),
          sql_(TypedLinkStatements::of(context, relation, reverse)),
          many_(TypedLoadStatements::of(context, relation, reverse)),
          far_(*sql_.side.far),
          owners_(owners),
          query_(query),
          near_keys_(owners.near_keys(sql_.side)),
          far_keys_(sql_.far_kind) {
        const auto fields = far_.fields();
        while (!fields[key_column_]->is_primary_key())
            ++key_column_;
    }

    std::vector<Object> run(const Model& near) {
        if (!sql_.side.is_generic() || context_.content_types.find_id(near))
            for (std::size_t begin = 0; begin < near_keys_.size(); begin += context_.keys_per_statement)
                read_links(near, begin, near_keys_.slice(begin, context_.keys_per_statement));
        LinksByOwner links = sorted_links();
        if (reads_links_alone_)
            load_objects();
        owners_.give(std::move(links), objects_, relation_, reverse_);
        std::erase_if(objects_, [](const Object& object) { return !object; });
        if (query_)
            for (const auto& work : query_->after_fetch)
                work.run(context_, objects_);
        return std::move(objects_);
    }

    void row(std::span<const ValueView> cells) override {
        const ValueView& near = has_lists_ ? cells.back() : cells[0];
        const std::uint32_t owner =
            query_ ? index_.find_next(near_keys_, near) : static_cast<std::uint32_t>(before_first_ + near.integer());
        if (owner == KeyIndex::none)
            return;
        if (reads_links_alone_) {
            if (!cells.back().is_null())  // in a table that somebody else has made
                links_.push(cells[1].integer(), owner, far_keys_.insert(cells.back()));
            return;
        }
        const std::span<const ValueView> columns = has_lists_ ? cells.first(cells.size() - 1) : cells.subspan(2);
        const std::uint32_t object = far_keys_.insert_next(columns[key_column_]);
        if (object == objects_.size())
            objects_.push_back(read_object(far_rows_, columns));
        links_.push(has_lists_ ? 0 : cells[1].integer(), owner, object);
    }

private:
    LinksByOwner sorted_links() {
        using Link = LoadedLinks::Link;
        LoadedLinks links = std::move(links_);
        // In place of lists, which come in the order of the far keys, come links in none.
        const bool lists_are_not_read = many_.of_many_has_lists && reads_links_alone_;
        const bool sorted = query_ ? sql_.side.order_column.empty() && !query_->is_ordered()
                                   : many_.of_many_is_sorted && !lists_are_not_read;
        return std::move(links).by_owner(owners_.size(), [&](std::span<Link> own) {
            if (!sorted)
                std::ranges::sort(own, {}, &Link::order);
        });
    }

    /// Of the owners from `begin` on.
    void read_links(const Model& near, std::size_t begin, const ValueList& keys) {
        before_first_ = static_cast<std::int64_t>(begin) - context_.connection.dialect().first_place();
        query::SqlWriter writer(context_.connection.dialect());
        if (query_) {
            const std::size_t list = writer.bind(keys);
            query::QueryCompiler compiler(context_, *query_, writer);
            compiler.select_far(sql_.side, near, list);
            Request request = compiler.request(this);
            request.row_by_row = true;
            context_.connection.execute(request, Access::read);
            return;
        }
        if (sql_.side.is_generic())
            writer.bind(Value(*context_.content_types.find_id(near)));
        writer.bind(keys);
        std::vector<Kind> columns{far_keys_.list().kind()};
        if (!reads_links_alone_)
            columns = ModelColumns::of(context_, far_).kinds;
        if (has_lists_)
            columns.push_back(Kind::big_integer);
        else
            columns.insert(columns.begin(), many_.of_many_has_lists ? 1 : 2, Kind::big_integer);
        Request request{.sql = reads_links_alone_ ? &many_.links_of_many : &many_.of_many,
                        .parameters = writer.parameters(),
                        .columns = columns,
                        .sink = this,
                        .row_by_row = true,
                        .lists = has_lists_ ? std::size_t{1} : 0};
        context_.connection.execute(request, Access::read);
    }

    void load_objects() {
        objects_.resize(far_keys_.size());
        ModelLoad load(far_, far_keys_.list(), objects_);
        std::vector<Request> requests;
        load.append_requests(context_, requests);
        context_.connection.execute(requests, Access::read);
    }

    Context& context_;
    detail::RelationData& relation_;
    bool reverse_;
    const TypedLinkStatements& sql_;
    const TypedLoadStatements& many_;
    const Model& far_;
    const Owners& owners_;
    const detail::QueryState* query_;
    ValueList near_keys_;
    const bool reads_links_alone_ = !query_ && !many_.links_of_many.empty() && near_keys_.size() > few_owners;
    const bool has_lists_ = !query_ && many_.of_many_has_lists && !reads_links_alone_;
    KeyIndex index_;                  // of the near keys
    std::int64_t before_first_ = 0;  // the owner of a statement's place 0
    std::size_t key_column_ = 0;
    DistinctKeys far_keys_;
    RowMaker far_rows_{far_};
    std::vector<Object> objects_;  // of the far keys
    LoadedLinks links_;
};

}  // namespace

std::vector<Object> load_typed(Context& context, detail::RelationData& relation, bool reverse, const Owners& owners,
                               const Model& near, const detail::QueryState* query) {
    if (!query && context.connection.dialect().writes_row_by_row())
        return load_in_turn(context, relation, reverse, owners, near);
    return TypedLoad(context, relation, reverse, owners, query).run(near);
}

}  // namespace gm2m::relation
