#include "check/checked.hpp"

/// Of each finding: what fires it, what its hint makes of that, and the nearest declaration that is right.
namespace gm2m::test {
namespace {

class ModelCheckTest : public CheckTest {};

TEST_F(ModelCheckTest, E301NoPrimaryKey) {
    auto builder = models.model("shop.Order").field("number", Kind::integer);
    EXPECT_EQ(found(), "E301 shop.Order");
    EXPECT_EQ(one().message, "the model has no primary key");
    EXPECT_EQ(one().hint, "declare one of its fields with .primary_key()");
    builder.primary_key("id", Kind::integer);
    EXPECT_EQ(found(), "");
}

TEST_F(ModelCheckTest, E302TwoPrimaryKeys) {
    const int line = __LINE__ + 1;
    models.model("shop.Order").primary_key("id", Kind::integer).primary_key("number", Kind::integer);
    EXPECT_EQ(found(), "E302 shop.Order.number");
    EXPECT_EQ(one().message, "'id' is the primary key already; this one is taken for an ordinary field");
    EXPECT_EQ(one().location.line(), line);
    EXPECT_EQ(models["shop.Order"].primary_key().name(), "id");
    EXPECT_FALSE(models["shop.Order"].field("number").is_primary_key());
    // The hint: "declare one of them with .field()".
    models.model("shop.Other").primary_key("id", Kind::integer).field("number", Kind::integer);
    EXPECT_EQ(found(), "E302 shop.Order.number");
}

TEST_F(ModelCheckTest, E303TwoFieldsOfOneName) {
    models.model("shop.Order")
        .primary_key("id", Kind::integer)
        .field("type", Kind::integer)
        .field("key", Kind::text)
        .field("type", Kind::text)
        .generic_foreign_key("key", "type", "key")
        .field("last", Kind::text);
    EXPECT_EQ(found(), "E303 shop.Order.key, E303 shop.Order.type");
    EXPECT_EQ(check(models).front().message, "the model has two fields of this name; the second one is ignored");
    EXPECT_EQ(models["shop.Order"].field("type").kind(), Kind::integer);
    // What was ignored has left the rest of the row where it belongs.
    const Object order = models["shop.Order"].make({{"type", 1}, {"last", "x"}});
    EXPECT_EQ(order["last"], Value("x"));
    models.model("shop.Other")
        .primary_key("id", Kind::integer)
        .field("type", Kind::integer)
        .field("key", Kind::text)
        .generic_foreign_key("target", "type", "key");
    EXPECT_EQ(found({.subjects = {"shop.Other"}}), "");
}

TEST_F(ModelCheckTest, E304TwoFieldsOfOneColumn) {
    models.model("shop.Order")
        .primary_key("id", Kind::integer)
        .foreign_key("customer", "shop.Order", {.null = true})
        .field("customer_id", Kind::integer);
    EXPECT_EQ(found(), "E304 shop.Order.customer_id");
    EXPECT_EQ(one().message, "the column 'customer_id' is that of shop.Order.customer too");
    // The hint: "give one of them another `column`".
    models.model("shop.Other")
        .primary_key("id", Kind::integer)
        .foreign_key("customer", "shop.Order", {.null = true, .column = "customer"})
        .field("customer_id", Kind::integer);
    EXPECT_EQ(found({.subjects = {"shop.Other"}}), "");
}

TEST_F(ModelCheckTest, E305TargetOfAForeignKeyIsNotRegistered) {
    models.model("shop.Order").primary_key("id", Kind::integer).foreign_key("customer", "shop.Custome");
    EXPECT_EQ(found(), "E305 shop.Order.customer");
    EXPECT_EQ(one().message, "the foreign key refers to 'shop.Custome', which is not registered");
    EXPECT_EQ(one().hint, "register 'shop.Custome' with Registry::model(), or name another model");
    models.model("shop.Customer").primary_key("id", Kind::integer);
    EXPECT_EQ(one().message,
              "the foreign key refers to 'shop.Custome', which is not registered; did you mean 'shop.Customer'?");
    models.model("shop.custome").primary_key("id", Kind::integer);
    EXPECT_EQ(found(), "");
}

// The registry itself has the model of content types.
TEST_F(ModelCheckTest, E305KnowsContentTypes) {
    models.model("shop.Order").primary_key("id", Kind::integer).foreign_key("type", "contenttypes.ContentType");
    EXPECT_EQ(found(), "");
}

struct Order {
    std::int64_t id{};
    std::int64_t customer{};
    std::string customer_code;
};

TEST_F(ModelCheckTest, E306AForeignKeyOfAnotherKind) {
    models.model<Order>("shop.Order")
        .primary_key("id", &Order::id)
        .foreign_key("customer", &Order::customer, "shop.Customer");
    models.model("shop.Customer").primary_key("code", Kind::text, {.max_length = 5});
    EXPECT_EQ(found(), "E306 shop.Order.customer");
    EXPECT_EQ(one().message,
              "the foreign key is of kind big_integer, but the primary key of shop.Customer of kind text");
    EXPECT_THROW(models.get<Order>().make(), ConfigurationError);
    Registry right;
    right.model<Order>("shop.Order")
        .primary_key("id", &Order::id)
        .foreign_key("customer", &Order::customer_code, "shop.Customer", {.max_length = 5});
    right.model("shop.Customer").primary_key("code", Kind::text, {.max_length = 5});
    EXPECT_EQ(to_string(check(right)), "");
}

TEST_F(ModelCheckTest, E307AnIndexOfNoField) {
    auto order =
        models.model("shop.Order").primary_key("id", Kind::integer).unique_together({"number", "yaer"}).index({});
    order.field("number", Kind::integer);
    EXPECT_EQ(found(), "E307 shop.Order, E307 shop.Order");
    order.field("year", Kind::integer);
    EXPECT_EQ(check(models, {.tags = {"models"}}).back().message,
              "an index names 'yaer', which is no field of the model; did you mean 'year'?");
    order.field("yaer", Kind::integer);
    EXPECT_EQ(one().message, "an index names no field; it is ignored");
    models.model("shop.Other")
        .primary_key("id", Kind::integer)
        .unique_together({"number"})
        .field("number", Kind::integer);
    EXPECT_EQ(found({.subjects = {"shop.Other"}}), "");  // fields may follow their index
}

TEST_F(ModelCheckTest, E308AGenericForeignKeyWithoutItsFields) {
    auto note = models.model("shop.Note").primary_key("id", Kind::integer).field("type", Kind::text);
    note.generic_foreign_key("target", "type", "key");
    EXPECT_EQ(one().subject, "shop.Note.target");
    EXPECT_NE(one().message.find("no field 'key' is declared before it"), std::string::npos) << one().message;
    EXPECT_EQ(one().hint, "declare the field 'key' first");
    note.field("key", Kind::text).generic_foreign_key("other", "type", "key");
    EXPECT_EQ(found(), "E308 shop.Note.other, E308 shop.Note.target");
    EXPECT_NE(check(models).back().message.find("shop.Note.type is to hold the content type"), std::string::npos);
    EXPECT_EQ(check(models).back().hint, "make shop.Note.type an integer");
    note.field("type_id", Kind::integer).generic_foreign_key("right", "type_id", "key");
    EXPECT_EQ(found(), "E308 shop.Note.other, E308 shop.Note.target");
    EXPECT_TRUE(models["shop.Note"].find_generic_foreign_key("right"));
}

TEST_F(ModelCheckTest, E312ACycleOfForeignKeys) {
    models.model("a.One").primary_key("id", Kind::integer).foreign_key("two", "a.Two");
    models.model("a.Two").primary_key("id", Kind::integer).foreign_key("three", "a.Three");
    models.model("a.Three").primary_key("id", Kind::integer).foreign_key("one", "a.One");
    EXPECT_EQ(found(), "E312 a.One");
    EXPECT_EQ(one().message,
              "foreign keys that cannot be NULL form a cycle, a.One -> a.Two -> a.Three -> a.One: no first row "
              "could be inserted");
    for (const FieldOptions& option : {FieldOptions{.null = true}, FieldOptions{.db_constraint = false}}) {
        Registry right;
        right.model("a.One").primary_key("id", Kind::integer).foreign_key("two", "a.Two");
        right.model("a.Two").primary_key("id", Kind::integer).foreign_key("one", "a.One", option);
        EXPECT_EQ(to_string(check(right)), "");
    }
    Registry self;
    self.model("a.One").primary_key("id", Kind::integer).foreign_key("parent", "a.One");
    EXPECT_EQ(to_string(check(self)), "");
}

TEST_F(ModelCheckTest, E313OneTableForTwo) {
    declare("shop.Order");
    declare("shop.Tag");
    declare("shop.Other").table("shop_order");
    models.gm2m("shop.Order", "links", {.db_table = "shop_tag", .related_name = "+"});
    models.many_to_many("shop.Order", "tags", "shop.Tag", {.db_table = "shop_order"});
    EXPECT_EQ(found(), "E313 shop.Order.links, E313 shop.Order.tags, E313 shop.Other");
    EXPECT_EQ(check(models).front().message, "the table 'shop_order' is that of shop.Order too");
    Registry right;
    right.model("shop.Order").primary_key("id", Kind::integer);
    right.model("shop.Other").primary_key("id", Kind::integer).table("shop_order").managed(false);
    right.gm2m("shop.Order", "links", {.db_table = "shop_order", .managed = false});
    EXPECT_EQ(to_string(check(right)), "");
}

TEST_F(ModelCheckTest, E314AnOrderingByNoField) {
    auto order = models.model("shop.Order").primary_key("id", Kind::integer).ordering({"-yaer", "parent__year", "pk"});
    order.field("year", Kind::integer).foreign_key("parent", "shop.Order", {.null = true});
    EXPECT_EQ(found(), "E314 shop.Order");
    EXPECT_EQ(one().message, "the ordering names 'yaer', which is no field of the model; did you mean 'year'?");
    order.ordering({"-year"});
    EXPECT_EQ(found(), "");
}

}  // namespace
}  // namespace gm2m::test
