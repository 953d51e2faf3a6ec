using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inputs;

/// <summary>Splits large tensors along their first axis into batches that a model runs one after the other.</summary>
/// <param name="inputs">The graph's inputs.</param>
internal sealed class TensorBatches(IReadOnlyList<ModelInput> inputs)
{
    /// <summary>Most elements of the widest two axes (rows x positions) in one batch, unless one row alone is larger.</summary>
    private const long MostTokens = 2048;

    /// <summary>
    /// The batches of one file. A tensor with one dimension more than its input is a stack of inputs; a fixed first dimension gives the
    /// number of rows of each batch; an open one is split where there is much. Tensors of another length stay whole.
    /// </summary>
    public IEnumerable<Dictionary<string, ConstantTensor>> Split(IReadOnlyDictionary<string, ConstantTensor> tensors)
    {
        var splits = inputs.Where(input => tensors.ContainsKey(input.Name))
            .ToDictionary(input => input.Name, input => RowsOf(input, tensors[input.Name]));
        var rows = splits.Values.Where(split => split is not null).Select(split => split!.Value.Rows).DefaultIfEmpty(0).Max();
        if (rows == 0)
        {
            yield return new Dictionary<string, ConstantTensor>(tensors);
            yield break;
        }

        var moving = splits.Where(split => split.Value?.Rows == rows).ToDictionary(split => split.Key, split => split.Value!.Value);
        var step = moving.Values.Min(split => split.Step);
        for (var start = 0L; start < rows; start += step)
        {
            var count = Math.Min(step, rows - start);
            yield return tensors.ToDictionary(
                entry => entry.Key,
                entry => moving.TryGetValue(entry.Key, out var split) ? Slice(entry.Value, start, count, split.Stacked) : entry.Value);
        }
    }

    private static (long Rows, long Step, bool Stacked)? RowsOf(ModelInput input, ConstantTensor tensor)
    {
        if (tensor.Shape.Count == input.Dimensions.Count + 1)
        {
            return (tensor.Shape[0], 1, true);
        }

        if (tensor.Shape.Count != input.Dimensions.Count || tensor.Shape.Count < 2)
        {
            return null;
        }

        if (input.Dimensions[0] > 0)
        {
            return tensor.Shape[0] > input.Dimensions[0] && tensor.Shape[0] % input.Dimensions[0] == 0
                ? (tensor.Shape[0], input.Dimensions[0], false)
                : null;
        }

        return (tensor.Shape[0], Math.Max(1, MostTokens / Math.Max(1, tensor.Shape[1])), false);
    }

    private static ConstantTensor Slice(ConstantTensor tensor, long start, long count, bool stacked)
    {
        var rowBytes = (int)(tensor.Data.Length / Math.Max(1, tensor.Shape[0]));
        IReadOnlyList<long> shape = stacked ? [.. tensor.Shape.Skip(1)] : [count, .. tensor.Shape.Skip(1)];
        return tensor with { Shape = shape, Data = tensor.Data.Slice((int)(start * rowBytes), (int)(count * rowBytes)) };
    }
}
