using System.Text.Json.Nodes;
using NativeSparse.Conversion;
using NativeSparse.Onnx;
using Xunit;
using SitePlan = NativeSparse.Conversion.SitePlan;

namespace NativeSparse.Tests.Conversion;

public sealed class ConversionPlanTests
{
    [Theory]
    [InlineData("""{"sites":[{"name":"*","form":"dense","form":"none"}]}""")]
    [InlineData("""{"sites":[],"sites":[]}""")]
    [InlineData("""{"sites":[{"name":"*","form":"experts","options":{"experts":4,"experts":8}}]}""")]
    public void A_field_that_occurs_twice_is_refused(string json) => Assert.Throws<ModelFormatException>(() => ConversionPlan.Parse(json));

    [Fact]
    public void Options_with_a_name_twice_are_refused_where_they_are_set()
    {
        var options = JsonNode.Parse("""{"experts":4,"experts":8}""")!.AsObject();
        Assert.Throws<ArgumentException>(() => ConversionPlan.ForEverySite("experts", null, options));
    }

    [Fact]
    public void A_plan_survives_its_json()
    {
        var plan = new ConversionPlan
        {
            DefaultForm = "none",
            Linears = new LinearPlan { Precision = "int8", Except = ["head", "/a/*"] },
            Sites =
            [
                new SitePlan { Name = "/a/ffn", Form = "experts", Converter = "contiguous", Precision = "float32", Options = new JsonObject { ["experts"] = 8 } },
                new SitePlan { Name = "/b*", Form = "dense" },
            ],
        };
        var read = ConversionPlan.Parse(plan.ToJson());
        Assert.Equal(plan.ToJson(), read.ToJson());
        Assert.Equal("experts", read.For("/a/ffn").Form);
        Assert.Equal("dense", read.For("/b/1/ffn").Form);
        Assert.Equal("none", read.For("/c").Form);
        Assert.Equal("int8", read.Linears!.Precision);
        Assert.True(read.Linears.Excepts("head") && read.Linears.Excepts("/a/b") && !read.Linears.Excepts("heads"));
    }

    [Theory]
    [InlineData("{ \"version\": 1, \"nosuch\": 1 }", "nosuch")]
    [InlineData("{ \"version\": 2 }", "version 2")]
    [InlineData("{ \"sites\": [ { \"name\": \"x\" } ] }", "form")]
    [InlineData("{ \"linears\": { \"except\": [] } }", "precision")]
    [InlineData("{ \"linears\": { \"precision\": \"int8\", \"nosuch\": 1 } }", "nosuch")]
    [InlineData("{ \"linears\": { \"precision\": \"int8\", \"except\": [ null ] } }", "linears")]
    [InlineData("{ \"linears\": 3 }", "linears")]
    [InlineData("{ \"linears\": { \"precision\": \"int8\", \"except\": \"x\" } }", "linears.except")]
    [InlineData("{ \"attention\": { \"precision\": \"int8\" } }", "attention")]
    [InlineData("{ \"sites\": [ null ] }", "sites")]
    [InlineData("[]", "plan")]
    [InlineData("null", "plan")]
    [InlineData("{", "plan")]
    public void What_is_not_a_plan_is_an_error_that_names_it(string json, string named)
    {
        var exception = Assert.Throws<ModelFormatException>(() => ConversionPlan.Parse(json));
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_fields_have_their_defaults()
    {
        var plan = ConversionPlan.Parse("{}");
        Assert.Equal("dense", plan.DefaultForm);
        Assert.Equal("float32", plan.DefaultPrecision);
        Assert.Empty(plan.Sites);
    }

    [Theory]
    [InlineData("*,/a/ffn,/b/*", "'/a/ffn' (dense) has no effect: '*'|'/b/*' (dense) has no effect: '*'")]
    [InlineData("/a/*,/a/ffn,*", "'/a/ffn' (dense) has no effect: '/a/*'")]
    [InlineData("/a/ffn,/a/ffn", "'/a/ffn' (dense) has no effect: '/a/ffn'")]
    [InlineData("/a/ffn,/b/*,*", "")]
    public void Entries_that_others_hide_are_named_with_what_hides_them(string entries, string expected)
    {
        var plan = new ConversionPlan { Sites = [.. entries.Split(',').Select(name => new SitePlan { Name = name, Form = "dense" })] };

        var hidden = plan.HiddenEntries().ToList();

        var wanted = expected.Split('|', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(wanted.Length, hidden.Count);
        Assert.All(hidden.Zip(wanted), pair => Assert.Contains(pair.Second, pair.First, StringComparison.Ordinal));
    }
}
