#include "relation/prefetch.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include <fmt/format.h>

#include <gm2m/error.hpp>
#include <gm2m/query_set.hpp>

#include "backend/text_form.hpp"
#include "model/access.hpp"
#include "model/prefetched.hpp"
#include "query/model_statements.hpp"
#include "query/object_sink.hpp"
#include "query/query_state.hpp"
#include "relation/distinct_keys.hpp"
#include "relation/key_index.hpp"
#include "relation/link_statements.hpp"
#include "relation/model_load.hpp"

namespace gm2m::relation {
namespace {

using backend::Access;
using backend::Parameter;
using backend::Request;
using backend::ValueList;

/// The objects of one model whose relation is loaded, by key; the same object may stand there twice.
struct Owners {
    Owners(const Model& model, std::span<const Object> all) : keys(model.primary_key().kind()) {
        for (const Object& object : all) {
            keys.push(saved_key({&model, data_of(object.row()), nullptr, object.row()}).view());
            objects.push_back(&object);
        }
    }
    ValueList keys;
    std::vector<const Object*> objects;
};

/// A link that was read: which owner, which target, and where it stands in the order of linking.
struct Link {
    std::uint32_t owner;
    std::uint32_t model;  // an index into the parts of the load
    std::uint32_t target;
    std::int64_t order;
};

/// Gives each owner its objects, in the order of the links.
template <class ObjectOf>
void distribute(const Owners& owners, std::vector<Link>& links, const detail::GM2MFieldData& relation, bool reverse,
                bool sort, ObjectOf&& object_of) {
    std::vector<std::size_t> ends(owners.objects.size() + 1, 0);
    for (const Link& link : links)
        ++ends[link.owner + 1];
    for (std::size_t i = 1; i < ends.size(); ++i)
        ends[i] += ends[i - 1];
    std::vector<const Link*> by_owner(links.size());
    std::vector<std::size_t> next(ends.begin(), ends.end() - 1);
    for (const Link& link : links)
        by_owner[next[link.owner]++] = &link;
    for (std::size_t i = 0; i < owners.objects.size(); ++i) {
        const auto own = std::span(by_owner).subspan(ends[i], ends[i + 1] - ends[i]);
        if (sort)
            std::ranges::sort(own, {}, &Link::order);
        std::vector<Object> objects;
        objects.reserve(own.size());
        for (const Link* link : own)
            if (const Object& object = object_of(*link))
                objects.push_back(object);
        detail::Prefetched::store(*owners.objects[i]->row(), relation, reverse, std::move(objects));
    }
}

/// Finds owners by key; the rows of one owner tend to come together.
class OwnerFinder {
public:
    explicit OwnerFinder(const ValueList& keys) : index_(keys) {}

    const std::vector<std::uint32_t>& find(const Value& key) {
        if (!(key == last_key_) || owners_.empty()) {
            owners_.clear();
            index_.find_all(key.view(), [&](std::size_t i) { owners_.push_back(static_cast<std::uint32_t>(i)); });
            last_key_ = key;
        }
        return owners_;
    }

private:
    KeyIndex index_;
    Value last_key_;
    std::vector<std::uint32_t> owners_;
};

/// The forward side of the owners of one model.
class ForwardLoad final : public backend::ResultSink {
public:
    ForwardLoad(Context& context, const GM2MField& relation, const Owners& owners)
        : context_(context), relation_(relation), sql_(LinkStatements::of(context, relation)), owners_(owners),
          finder_(owners.keys), kind_(owners.keys.kind()) {}

    std::vector<Object> run() {
        const Kind columns[] = {kind_, Kind::integer, Kind::text, Kind::big_integer};
        for (std::size_t begin = 0; begin < owners_.keys.size(); begin += context_.keys_per_statement) {
            const ValueList slice = owners_.keys.slice(begin, context_.keys_per_statement);
            const Parameter parameters[] = {slice};
            Request request{.sql = &sql_.of_many_sources, .parameters = parameters, .columns = columns, .sink = this};
            context_.connection.execute(request, Access::read);
        }
        load_targets();
        const bool sort = relation_.options().layout == Layout::standard;
        distribute(owners_, links_, relation_.data(), false, sort,
                   [&](const Link& link) -> const Object& { return targets_[link.model].objects[link.target]; });
        std::vector<Object> loaded;
        for (const Target& target : targets_)
            std::ranges::copy_if(target.objects, std::back_inserter(loaded), [](const Object& o) { return bool(o); });
        return loaded;
    }

    void row(std::span<const ValueView> cells) override {
        const std::uint32_t model = target_of(cells[1].integer());
        const std::uint32_t target = targets_[model].keys.insert(cells[2].text());
        for (const std::uint32_t owner : finder_.find(Value(kind_, cells[0])))
            links_.push_back({owner, model, target, cells[3].integer()});
    }

private:
    struct Target {
        std::int64_t content_type;
        DistinctKeys keys;
        std::vector<Object> objects;
    };

    std::uint32_t target_of(std::int64_t content_type) {
        if (!targets_.empty() && targets_[last_].content_type == content_type)
            return last_;
        const auto found = std::ranges::find(targets_, content_type, &Target::content_type);
        last_ = static_cast<std::uint32_t>(found - targets_.begin());
        if (found == targets_.end())
            targets_.push_back({content_type, {}, {}});
        return last_;
    }

    void load_targets() {
        std::deque<ModelLoad> loads;
        std::vector<Request> requests;
        for (Target& target : targets_) {
            target.objects.resize(target.keys.size());
            const auto content_type = context_.content_types.find(static_cast<int>(target.content_type));
            if (!content_type || !content_type->registered)
                continue;
            loads.emplace_back(*content_type->registered, target.keys.texts(), target.objects)
                .append_requests(context_, requests);
        }
        context_.connection.execute(requests, Access::read);
    }

    Context& context_;
    GM2MField relation_;
    const LinkStatements& sql_;
    const Owners& owners_;
    OwnerFinder finder_;
    Kind kind_;
    std::vector<Target> targets_;
    std::uint32_t last_ = 0;
    std::vector<Link> links_;
};

/// The reverse side of the owners of one model.
class ReverseLoad final : public backend::ResultSink {
public:
    ReverseLoad(Context& context, const GM2MField& relation, const Owners& owners)
        : context_(context), relation_(relation), source_(relation.source()), sql_(LinkStatements::of(context, relation)),
          owners_(owners), texts_(Kind::text), index_(texts_) {
        const auto fields = source_.fields();
        while (!fields[key_column_]->is_primary_key())
            ++key_column_;
        std::string text;
        for (std::size_t i = 0; i < owners.keys.size(); ++i) {
            text.clear();
            text::append_value(text, owners.keys.kind(), owners.keys[i]);
            texts_.push_text(text);
        }
    }

    std::vector<Object> run(const Model& target) {
        const ModelStatements& statements = ModelStatements::of(context_, source_);
        std::vector<Kind> columns{Kind::text, Kind::big_integer};
        columns.insert(columns.end(), statements.kinds.begin(), statements.kinds.end());
        if (const auto content_type = context_.content_types.find_id(target))
            for (std::size_t begin = 0; begin < texts_.size(); begin += context_.keys_per_statement) {
                const ValueList slice = texts_.slice(begin, context_.keys_per_statement);
                const Parameter parameters[] = {Parameter::integer(*content_type), slice};
                Request request{
                    .sql = &sql_.of_many_targets, .parameters = parameters, .columns = columns, .sink = this};
                context_.connection.execute(request, Access::read);
            }
        const bool sort = relation_.options().layout == Layout::standard;
        distribute(owners_, links_, relation_.data(), true, sort,
                   [&](const Link& link) -> const Object& { return sources_[link.target]; });
        return std::move(sources_);
    }

    void row(std::span<const ValueView> cells) override {
        const std::span<const ValueView> columns = cells.subspan(2);
        key_text_.clear();
        text::append_value(key_text_, source_.primary_key().kind(), columns[key_column_]);
        const std::uint32_t source = seen_.insert(key_text_);
        if (source == sources_.size())
            sources_.push_back(read_object(source_, columns));
        index_.find_all(cells[0], [&](std::size_t owner) {
            links_.push_back({static_cast<std::uint32_t>(owner), 0, source, cells[1].integer()});
        });
    }

private:
    Context& context_;
    GM2MField relation_;
    const Model& source_;
    const LinkStatements& sql_;
    const Owners& owners_;
    ValueList texts_;
    KeyIndex index_;
    std::size_t key_column_ = 0;
    std::string key_text_;
    DistinctKeys seen_;
    std::vector<Object> sources_;
    std::vector<Link> links_;
};

/// Loads the relation of the objects of one model, if it has it; the objects that were loaded.
std::optional<std::vector<Object>> load(Context& context, const Model& model, std::span<const Object> objects,
                                        const Prefetch& wanted) {
    std::optional<GM2MField> forward = wanted.relation();
    if (forward && &forward->source() != &model)
        return std::nullopt;
    if (!forward)
        forward = context.registry.find_gm2m_field(model, wanted.name());
    if (forward) {
        const Owners owners(model, objects);
        return ForwardLoad(context, *forward, owners).run();
    }
    const GM2MField relation = context.registry.reverse(model, wanted.name());
    const Owners owners(model, objects);
    return ReverseLoad(context, relation, owners).run(model);
}

}  // namespace

void prefetch(Context& context, std::span<const Object> objects, const Prefetch& wanted) {
    std::map<const Model*, std::vector<Object>> by_model;
    for (const Object& object : objects)
        by_model[&object.model()].push_back(object);
    std::vector<Object> loaded;
    std::exception_ptr missing;
    bool found = by_model.empty();
    for (const auto& [model, own] : by_model) {
        try {
            if (auto more = load(context, *model, own, wanted)) {
                found = true;
                std::ranges::move(*more, std::back_inserter(loaded));
            }
        } catch (const NoReverseRelation&) {
            missing = std::current_exception();  // other models among the objects may have it
        }
    }
    if (!found) {
        if (missing)
            std::rethrow_exception(missing);
        throw WrongModel(fmt::format("{} is a relation of {}, and none of the objects is one", wanted.relation()->label(),
                                     wanted.relation()->source().label()));
    }
    for (const Prefetch& next : wanted.next())
        if (!loaded.empty())
            prefetch(context, loaded, next);
}

}  // namespace gm2m::relation

namespace gm2m::detail {

// Declared with the query sets, which are below the relations.
void QueryCore::add_prefetch(const Prefetch& prefetch) {
    changing().after_fetch.push_back([prefetch](Context& context, std::span<const Object> objects) {
        relation::prefetch(context, objects, prefetch);
    });
}

}  // namespace gm2m::detail
