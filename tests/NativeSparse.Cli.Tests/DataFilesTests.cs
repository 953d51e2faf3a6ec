using NativeSparse.Cli.Inputs;
using NativeSparse.Onnx;
using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class DataFilesTests
{
    private static readonly ModelInput[] Encoder =
    [
        new("input_ids", "int64", [-1, -1], ["batch_size", "sequence_length"]),
        new("attention_mask", "int64", [-1, -1], ["batch_size", "sequence_length"]),
    ];

    [Theory]
    [InlineData(".npz")]
    [InlineData(".safetensors")]
    public void A_long_first_axis_is_split_into_batches(string ending)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File($"data{ending}");
        NamedTensors.Write(file, [TensorValues.Int64("input_ids", [.. Enumerable.Range(0, 20 * 512).Select(id => (long)id)], 20, 512)]);

        var batches = new DataFiles(Encoder, folder.File("model.onnx")).Tensors(file).ToList();

        Assert.Equal([4L, 4L, 4L, 4L, 4L], batches.Select(batch => batch["input_ids"].Shape[0]));
        Assert.All(batches, batch => Assert.Equal(batch["input_ids"].Shape, batch["attention_mask"].Shape));
        Assert.Equal(
            Enumerable.Range(0, 20 * 512).Select(id => (double)id), batches.SelectMany(batch => TensorValues.ToDoubles(batch["input_ids"])));
    }

    [Fact]
    public void A_stack_of_inputs_without_batch_dimension_is_unstacked()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("data.npz");
        NamedTensors.Write(file, [TensorValues.Int64("input_ids", [1, 2, 3, 4, 5, 6], 2, 3)]);
        ModelInput[] inputs = [new("input_ids", "int64", [-1], ["seq"])];

        var batches = new DataFiles(inputs, folder.File("model.onnx")).Tensors(file).ToList();

        Assert.Equal([[3L], [3L]], batches.Select(batch => batch["input_ids"].Shape));
    }

    [Fact]
    public void A_fixed_first_dimension_is_the_size_of_a_batch()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("data.npz");
        NamedTensors.Write(file, [ConstantTensor.Create("x", new float[6 * 3], 6, 3)]);
        ModelInput[] inputs = [new("x", "float32", [2, 3], ["", ""])];

        Assert.Equal(3, new DataFiles(inputs, folder.File("model.onnx")).Tensors(file).Count());
    }

    [Fact]
    public void Lines_of_ids_and_of_numbers_become_batches()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("data.jsonl");
        File.WriteAllText(file, "{\"input_ids\": [5, 6, 7]}\n\n{\"input_ids\": [[1, 2], [3, 4]]}\n");

        var batches = new DataFiles(Encoder, folder.File("model.onnx")).Tensors(file).ToList();

        Assert.Equal([[1L, 3L], [2L, 2L]], batches.Select(batch => batch["attention_mask"].Shape));
    }

    [Fact]
    public void Lines_of_text_are_tokenized_into_windows()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("data.jsonl");
        File.WriteAllText(file, "{\"text\": \"" + string.Concat(Enumerable.Repeat("It was a dark and stormy night. ", 60)) + "\"}\n");

        var batches = new DataFiles(Encoder, DefaultModel.Model).Tensors(file).ToList();

        Assert.True(batches.Count > 1);
        Assert.All(batches, batch => Assert.Equal([1L, 256L], batch["input_ids"].Shape));
    }

    [Fact]
    public void Text_without_a_tokenizer_is_refused()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("data.jsonl");
        File.WriteAllText(file, "{\"text\": \"words\"}\n");

        var error = Assert.Throws<InputException>(() => new DataFiles(Encoder, folder.File("model.onnx")).Tensors(file).ToList());

        Assert.Contains("tokenizer.json", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"input_ids\": [1, [2]]}")]
    [InlineData("{\"input_ids\": [[1, 2], [3]]}")]
    [InlineData("{\"input_ids\": [1.5]}")]
    [InlineData("{\"input_ids\": \"a\"}")]
    [InlineData("{\"words\": [1]}")]
    [InlineData("{\"input_ids\": [1], \"input_ids\": [2]}")]
    [InlineData("{\"input_ids\": [99999999999999999999]}")]
    [InlineData("{\"input_ids\": [1], \"attention_mask\": [1, 1]}")]
    [InlineData("{\"attention_mask\": [1, 1]}")]
    [InlineData("{\"text\": \"words\"}")]
    [InlineData("[1, 2]")]
    [InlineData("{")]
    public void A_line_that_does_not_fit_is_refused_by_its_number(string line)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("data.jsonl");
        File.WriteAllText(file, "{\"input_ids\": [1]}\n\n" + line + "\n");

        var error = Assert.Throws<InputException>(() => new DataFiles(Encoder, folder.File("model.onnx")).Tensors(file).ToList());

        Assert.StartsWith($"'{file}' line 3", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_all_its_files_in_order()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("b.jsonl"), "{\"input_ids\": [2]}\n");
        File.WriteAllText(folder.File("a.jsonl"), "{\"input_ids\": [1]}\n");
        File.WriteAllText(folder.File("notes.md"), "not data");

        var batches = new DataFiles(Encoder, folder.File("model.onnx")).Tensors(folder.Path).ToList();

        Assert.Equal([1, 2], batches.SelectMany(batch => TensorValues.ToDoubles(batch["input_ids"])));
    }

    [Fact]
    public void A_missing_input_lists_all_of_them()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("data.npz");
        NamedTensors.Write(file, [TensorValues.Int64("attention_mask", [1], 1, 1)]);

        var error = Assert.Throws<InputException>(() => new DataFiles(Encoder, folder.File("model.onnx")).Tensors(file).ToList());

        Assert.Contains("lacks input_ids", error.Message, StringComparison.Ordinal);
        Assert.Contains("attention_mask int64", error.Message, StringComparison.Ordinal);
    }
}
