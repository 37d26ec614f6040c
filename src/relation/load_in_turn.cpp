#include "relation/load_in_turn.hpp"

#include "query/model_statements.hpp"
#include "query/object_sink.hpp"
#include "relation/sorted_order.hpp"
#include "relation/typed_link_statements.hpp"

namespace gm2m::relation {
namespace {

using backend::Parameter;
using backend::ValueList;

/// A list of keys, as many at a time as one parameter holds.
class KeyParts {
public:
    KeyParts(ValueList keys, std::size_t at_once) : all_(std::move(keys)), at_once_(at_once) {}

    std::size_t count() const noexcept { return all_.empty() ? 0 : (all_.size() - 1) / at_once_ + 1; }
    /// Valid until the next call.
    const ValueList& part(std::size_t i) {
        begin_ = i * at_once_;
        if (all_.size() <= at_once_)
            return all_;
        part_ = all_.slice(begin_, at_once_);
        return part_;
    }
    /// Where a key of the part taken last stands among all.
    std::size_t place(const ValueView& in_part) const noexcept {
        return begin_ + static_cast<std::size_t>(in_part.integer());
    }

private:
    ValueList all_;
    std::size_t at_once_;
    ValueList part_{all_.kind()};
    std::size_t begin_ = 0;
};

/// The executions: for each part of the near keys, then for each of the far keys, which the former have brought.
class LoadInTurn final : public backend::ResultSink, public backend::RowSource {
public:
    LoadInTurn(Context& context, detail::RelationData& relation, bool reverse, const Owners& owners)
        : context_(context),
          relation_(relation),
          reverse_(reverse),
          sql_(TypedLinkStatements::of(context, relation, reverse)),
          owners_(owners),
          near_(owners.near_keys(sql_.side), context.keys_per_statement),
          far_keys_(sql_.far_kind),
          far_(ValueList(sql_.far_kind), context.keys_per_statement) {
        link_kinds_ = {Kind::big_integer, sql_.far_kind};
        if (keeps_order())
            link_kinds_.push_back(Kind::big_integer);
        const ModelColumns& far = ModelColumns::of(context, *sql_.side.far);
        object_kinds_ = {Kind::big_integer};
        object_kinds_.insert(object_kinds_.end(), far.kinds.begin(), far.kinds.end());
    }

    std::vector<Object> run(const Model& near) {
        const bool generic = sql_.side.is_generic();
        const std::optional<int> content_type = generic ? context_.content_types.find_id(near) : std::nullopt;
        if (generic && !content_type)
            near_ = {ValueList(Kind::text), context_.keys_per_statement};
        content_type_ = content_type.value_or(0);
        backend::Request request{.sql = &TypedLoadStatements::of(context_, relation_, reverse_).links_and_objects,
                                 .sink = this,
                                 .row_by_row = true,
                                 .source = this,
                                 .parameters_per_row = generic ? 3U : 2U};
        if (near_.count() > 0)
            context_.connection.execute(request, backend::Access::read);
        owners_.give(sorted_links(), objects_, relation_, reverse_);
        std::erase_if(objects_, [](const Object& object) { return !object; });
        return std::move(objects_);
    }

    std::size_t rows() const override { return near_.count() + far_.count(); }
    void bind(std::size_t execution, std::span<Parameter> parameters) override {
        reads_links_ = execution < near_.count();
        parameters[0] = reads_links_ ? near_.part(execution) : none_;
        parameters[1] = reads_links_ ? none_ : far_.part(execution - near_.count());
        if (parameters.size() > 2)
            parameters[2] = Parameter::integer(content_type_);
    }
    std::optional<std::span<const Kind>> columns(std::size_t) const override {
        return reads_links_ ? link_kinds_ : object_kinds_;
    }
    void row(std::span<const ValueView> cells) override {
        if (!reads_links_) {
            objects_[order_[far_.place(cells[0])]] = read_object(far_rows_, cells.subspan(1));
            return;
        }
        if (cells[1].is_null())  // in a table that somebody else has made
            return;
        links_.push(keeps_order() ? cells[2].integer() : 0, static_cast<std::uint32_t>(near_.place(cells[0])),
                     far_keys_.insert(cells[1]));
    }
    void executed(std::size_t execution, std::size_t) override {
        if (execution + 1 == near_.count())
            prepare_objects();
    }

private:
    bool keeps_order() const noexcept { return !sql_.side.order_column.empty(); }

    // In the order of the keys, so that each page of the table is read once.
    void prepare_objects() {
        order_ = sorted_order(far_keys_.list());
        ValueList sorted(sql_.far_kind);
        sorted.reserve(order_.size());
        for (const std::uint32_t i : order_)
            sorted.push(far_keys_.list()[i]);
        objects_.resize(far_keys_.size());
        far_ = {std::move(sorted), context_.keys_per_statement};
    }

    /// In the order of linking, or of the far keys where the layout keeps none.
    LinksByOwner sorted_links() {
        using Link = LoadedLinks::Link;
        LoadedLinks links = std::move(links_);
        if (keeps_order())
            return std::move(links).by_owner(owners_.size(),
                                             [](std::span<Link> own) { std::ranges::sort(own, {}, &Link::order); });
        std::vector<std::uint32_t> ranks(order_.size());
        for (std::size_t i = 0; i < order_.size(); ++i)
            ranks[order_[i]] = static_cast<std::uint32_t>(i);
        return std::move(links).by_owner(owners_.size(), [&](std::span<Link> own) {
            std::ranges::sort(own, {}, [&](const Link& link) { return ranks[link.target]; });
        });
    }

    Context& context_;
    detail::RelationData& relation_;
    bool reverse_;
    const TypedLinkStatements& sql_;
    const Owners& owners_;
    int content_type_ = 0;
    KeyParts near_;
    DistinctKeys far_keys_;  // as they come
    KeyParts far_;           // sorted
    const ValueList none_{Kind::big_integer};
    std::vector<Kind> link_kinds_, object_kinds_;
    bool reads_links_ = true;
    LoadedLinks links_;
    std::vector<std::uint32_t> order_;  // of each sorted far key its number in `far_keys_`
    RowMaker far_rows_{*sql_.side.far};
    std::vector<Object> objects_;     // of the far keys as they came
};

}  // namespace

std::vector<Object> load_in_turn(Context& context, detail::RelationData& relation, bool reverse, const Owners& owners,
                                 const Model& near) {
    return LoadInTurn(context, relation, reverse, owners).run(near);
}

}  // namespace gm2m::relation
