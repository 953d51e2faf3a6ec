using NativeSparse.Cli.Inputs;
using NativeSparse.Onnx;
using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class InputCompletionTests
{
    private static readonly ModelInput[] Decoder =
    [
        new("input_ids", "int64", [-1, -1], ["batch_size", "sequence_length"]),
        new("past_key_values.0.key", "float32", [-1, 8, -1, 32], ["batch_size", "", "past_sequence_length", ""]),
        new("attention_mask", "int64", [-1, -1], ["batch_size", "past_sequence_length + sequence_length"]),
        new("position_ids", "int64", [-1, -1], ["batch_size", "sequence_length"]),
        new("token_type_ids", "int32", [-1, -1], ["batch_size", "sequence_length"]),
    ];

    [Fact]
    public void Mask_positions_types_and_an_empty_past_follow_from_the_tokens()
    {
        var filled = new HashSet<string>();
        var complete = new InputCompletion(Decoder).Complete(Tokens(2, 5), new DimensionSizes(), filled);

        Assert.Equal(Decoder.Select(input => input.Name).Order(), complete.Keys.Order());
        Assert.Equal([2L, 5L], complete["attention_mask"].Shape);
        Assert.All(TensorValues.ToDoubles(complete["attention_mask"]), value => Assert.Equal(1, value));
        Assert.Equal([0, 1, 2, 3, 4, 0, 1, 2, 3, 4], TensorValues.ToDoubles(complete["position_ids"]));
        Assert.Equal("int32", complete["token_type_ids"].ElementType);
        Assert.Equal([2L, 8L, 0L, 32L], complete["past_key_values.0.key"].Shape);
        Assert.Equal(4, filled.Count);
    }

    [Fact]
    public void Given_inputs_are_kept()
    {
        var given = Tokens(1, 2);
        given["attention_mask"] = TensorValues.Int64("attention_mask", [1, 0], 1, 2);

        var complete = new InputCompletion(Decoder).Complete(given, new DimensionSizes(), new HashSet<string>());

        Assert.Equal([1, 0], TensorValues.ToDoubles(complete["attention_mask"]));
    }

    [Fact]
    public void An_unknown_input_is_refused_with_the_list_of_the_known_ones()
    {
        var given = Tokens(1, 2);
        given["ids"] = given["input_ids"];

        var error = Assert.Throws<InputException>(
            () => new InputCompletion(Decoder).Complete(given, new DimensionSizes(), new HashSet<string>()));

        Assert.Contains("attention_mask int64 [batch_size, past_sequence_length + sequence_length]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dimensions_that_disagree_are_refused()
    {
        var given = Tokens(1, 2);
        given["position_ids"] = TensorValues.Int64("position_ids", [0, 1, 2], 1, 3);

        Assert.Throws<InputException>(() => new InputCompletion(Decoder).Complete(given, new DimensionSizes(), new HashSet<string>()));
    }

    [Fact]
    public void A_wrong_element_type_is_refused()
    {
        var given = new Dictionary<string, ConstantTensor> { ["input_ids"] = ConstantTensor.Create("input_ids", [1, 2], 1, 2) };

        var error = Assert.Throws<InputException>(
            () => new InputCompletion(Decoder).Complete(given, new DimensionSizes(), new HashSet<string>()));

        Assert.Contains("got float32 [1, 2], the model wants input_ids int64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_inputs_are_those_of_their_seed()
    {
        ModelInput[] inputs = [new("x", "float32", [-1, -1, 32], ["batch", "length", ""]), new("ids", "int64", [-1, 7], ["batch", ""])];

        var first = Fill(inputs, 3);

        Assert.Equal([1L, 16L, 32L], first["x"].Shape);
        Assert.Equal([1L, 7L], first["ids"].Shape);
        Assert.All(TensorValues.ToDoubles(first["ids"]), id => Assert.InRange(id, 0, 99));
        Assert.Equal(first["x"].Data.ToArray(), Fill(inputs, 3)["x"].Data.ToArray());
        Assert.NotEqual(first["x"].Data.ToArray(), Fill(inputs, 4)["x"].Data.ToArray());
    }

    [Theory]
    [InlineData("1x16,2x128", 2)]
    [InlineData("1x1", 1)]
    [InlineData("1x", null)]
    [InlineData("16", null)]
    [InlineData("0x4", null)]
    [InlineData("-1x4", null)]
    public void Shapes_are_read(string text, int? count) => Assert.Equal(count, InputShape.ParseList(text)?.Count);

    private static Dictionary<string, ConstantTensor> Fill(ModelInput[] inputs, int seed)
    {
        var tensors = new Dictionary<string, ConstantTensor>();
        RandomInputs.Fill(inputs, tensors, new DimensionSizes(1, 16), seed);
        return tensors;
    }

    private static Dictionary<string, ConstantTensor> Tokens(int rows, int length) => new()
    {
        ["input_ids"] = TensorValues.Int64("input_ids", [.. Enumerable.Range(0, rows * length).Select(id => (long)id)], rows, length),
    };
}
