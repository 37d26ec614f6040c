#pragma once

#include <string>

#include <gm2m/gm2m_field.hpp>

namespace gm2m {

/// The parameters of an ordinary many-to-many relation.
struct ManyToManyOptions {
    std::string verbose_name = {};
    /// The join table, if it is not called `<source table>_<field>`.
    std::string db_table = {};
    /// Its columns, if they are not called `<source model>_id` and `<target model>_id` (between objects of one model:
    /// `from_<model>_id` and `to_<model>_id`).
    std::string source_column = {};
    std::string target_column = {};
    /// Whether the database enforces the join table's foreign keys.
    bool db_constraint = true;
    /// The reverse accessor and its name in lookups: as GM2MOptions has them.
    std::string related_name = {};
    std::string related_query_name = {};
    /// Compact: without a row id, the pair is the key.
    Layout layout = Layout::standard;
    /// Whether create_tables() and drop_tables() care for the join table. (BEHAVIOUR 1.3)
    bool managed = true;
};

struct LinkSignals;

namespace detail {
struct ManyToManyData;
}

/// A relation from one model to one other, or to itself, through a join table of its own: a handle, cheap to copy,
/// valid as long as the registry. Made by Registry::many_to_many(). May be used from any thread.
class ManyToManyField {
public:
    const std::string& name() const noexcept;
    /// "shop.Entry.categories"
    const std::string& label() const noexcept;
    /// Where it is declared.
    const SourceLocation& location() const noexcept;
    /// Throw ConfigurationError while the model is not registered.
    const Model& source() const;
    const Model& target() const;
    /// Null while the source model is not registered.
    const Model* find_source() const noexcept;
    const ManyToManyOptions& options() const noexcept;

    /// The join table as declared or derived. Throws as source() does.
    std::string table() const;

    /// The reverse accessor: "entry_set" or related_name; empty if hidden. Throws as source() does.
    std::string accessor_name() const;
    std::string query_name() const;
    bool is_hidden() const noexcept;

    /// The join table as a read-only model: `id` (standard layout) and a foreign key to each side, `<source model>`
    /// and `<target model>`. Throws as source() and target() do. (BEHAVIOUR 4.1)
    const Model& join_model() const;
    /// The foreign keys of the join model.
    const Field& source_key() const;
    const Field& target_key() const;

    /// Sent when links are made or removed. (BEHAVIOUR 6.7)
    LinkSignals& signals() const noexcept;

    friend bool operator==(const ManyToManyField&, const ManyToManyField&) = default;

    detail::ManyToManyData& data() const noexcept { return *data_; }
    detail::RelationData& relation() const noexcept;

    explicit ManyToManyField(detail::ManyToManyData& data) noexcept : data_(&data) {}

private:
    detail::ManyToManyData* data_;
};

}  // namespace gm2m
