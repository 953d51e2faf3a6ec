using System.Text.Json;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inputs;

/// <summary>Reads <c>.jsonl</c> files: one object a line, input names to nested arrays of numbers, or <c>{"text": "..."}</c>.</summary>
/// <param name="inputs">The graph's inputs.</param>
/// <param name="text">Tokenizer for lines of text.</param>
internal sealed class JsonLines(IReadOnlyList<ModelInput> inputs, ModelText text)
{
    private const string TextField = "text";
    private const string Tokens = "input_ids";

    /// <summary>The batches of a file with their places in it, one line (or window of a line's text) at a time.</summary>
    /// <exception cref="InputException">A line is not such an object, or does not fit the model; names the line.</exception>
    public IEnumerable<(Dictionary<string, ConstantTensor> Tensors, string Place)> Read(string path)
    {
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                var place = $"'{path}' line {number}";
                foreach (var batch in ReadLine(line, path, place))
                {
                    yield return (batch, place);
                }
            }
        }
    }

    /// <summary>The windows of a text as batches of one row.</summary>
    public IEnumerable<Dictionary<string, ConstantTensor>> ReadText(string content)
    {
        var input = inputs.FirstOrDefault(candidate => candidate.Name == Tokens)
            ?? throw new InputException($"the model has no input '{Tokens}' for text; it has:{Environment.NewLine}{ModelInput.List(inputs)}");
        foreach (var window in text.Windows(content))
        {
            long[] shape = input.Dimensions.Count == 1 ? [window.Length] : [1, window.Length];
            yield return new Dictionary<string, ConstantTensor> { [input.Name] = IntegerTensors.Create(input, window, shape) };
        }
    }

    private IEnumerable<Dictionary<string, ConstantTensor>> ReadLine(string line, string path, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.TryGetProperty(TextField, out var content)
                ? [.. ReadText(content.GetString() ?? "")]
                : [ReadTensors(document.RootElement)];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or InputException)
        {
            throw new InputException($"{place}: {Describe(exception)}", (exception as InputException)?.Path ?? path);
        }
    }

    /// <summary>The parser counts lines within the text that it was given, which is one line of the file.</summary>
    private static string Describe(Exception exception) => exception is JsonException { BytePositionInLine: { } position }
        ? $"{exception.Message.Split(" LineNumber:")[0]} (byte {position + 1})"
        : exception.Message;

    private Dictionary<string, ConstantTensor> ReadTensors(JsonElement line)
    {
        var tensors = new Dictionary<string, ConstantTensor>();
        foreach (var field in line.EnumerateObject())
        {
            if (!tensors.TryAdd(field.Name, ReadTensor(field)))
            {
                throw new FormatException($"'{field.Name}' occurs twice");
            }
        }

        return tensors;
    }

    private ConstantTensor ReadTensor(JsonProperty field)
    {
        var input = inputs.FirstOrDefault(candidate => candidate.Name == field.Name)
            ?? throw new InputException($"'{field.Name}' is no input of the model, which has:{Environment.NewLine}{ModelInput.List(inputs)}");
        var shape = new List<long>();
        var numbers = new List<double>();
        Collect(field.Value, 0, shape, numbers);
        if (shape.Count == input.Dimensions.Count - 1)
        {
            shape.Insert(0, 1);
        }

        return NumberTensors.Create(input, numbers, [.. shape]);
    }

    private static void Collect(JsonElement element, int depth, List<long> shape, List<double> numbers)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            if (depth != shape.Count)
            {
                throw new FormatException($"a number at depth {depth} beside arrays of depth {shape.Count}");
            }

            numbers.Add(element.ValueKind is JsonValueKind.True or JsonValueKind.False ? (element.GetBoolean() ? 1 : 0) : element.GetDouble());
            return;
        }

        var length = element.GetArrayLength();
        if (depth == shape.Count)
        {
            if (numbers.Count > 0)
            {
                throw new FormatException("an array beside numbers");
            }

            shape.Add(length);
        }
        else if (shape[depth] != length)
        {
            throw new FormatException($"an array of {length} beside one of {shape[depth]}: rows must have the same length");
        }

        foreach (var item in element.EnumerateArray())
        {
            Collect(item, depth + 1, shape, numbers);
        }
    }
}
