using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using NativeSparse.Cli.Running;

namespace NativeSparse.Cli.LanguageModels;

/// <summary>
/// One run of a decoder with a key-value cache (inputs input_ids, attention_mask, position_ids, past_key_values.*; outputs logits,
/// present.*) on buffers that stay, so that it can be run again and timed.
/// </summary>
internal sealed class DecoderStep : IDisposable
{
    private const string PastPrefix = "past_key_values";
    private const string PresentPrefix = "present";
    private const int PastAxis = 2;

    private readonly ModelRunner _runner;
    private readonly OrtValue[] _inputs;
    private readonly OrtValue[] _outputs;
    private readonly List<OrtValue> _owned = [];

    /// <summary>Binds tokens that follow a step (which must live as long as this one), or that begin a text. Does not run yet.</summary>
    public DecoderStep(ModelRunner runner, ReadOnlySpan<long> tokens, DecoderStep? previous = null)
    {
        _runner = runner;
        Tokens = tokens.Length;
        Past = previous is null ? 0 : previous.Past + previous.Tokens;
        var ids = tokens.ToArray();
        _inputs = [.. runner.InputNames.Select(name => Input(name, ids, previous))];
        _outputs = [.. runner.OutputNames.Select(Output)];
    }

    /// <summary>Number of tokens that this step reads.</summary>
    public int Tokens { get; }

    /// <summary>Number of tokens before them.</summary>
    public int Past { get; }

    /// <summary>Runs it.</summary>
    public DecoderStep Run()
    {
        _runner.Run(_inputs, _outputs);
        return this;
    }

    /// <summary>The logits after token <paramref name="token"/> of this step.</summary>
    public ReadOnlySpan<float> Logits(int token)
    {
        var all = _outputs[_runner.OutputNames.ToList().IndexOf("logits")].GetTensorDataAsSpan<float>();
        var width = all.Length / Tokens;
        return all.Slice(token * width, width);
    }

    /// <inheritdoc/>
    public void Dispose() => _owned.ForEach(value => value.Dispose());

    private OrtValue Input(string name, long[] ids, DecoderStep? previous)
    {
        if (!name.StartsWith(PastPrefix, StringComparison.Ordinal))
        {
            return name switch
            {
                "input_ids" => Create(ids, [1, Tokens]),
                "attention_mask" => Create(Enumerable.Repeat(1L, Past + Tokens).ToArray(), [1, Past + Tokens]),
                "position_ids" => Create(Enumerable.Range(Past, Tokens).Select(position => (long)position).ToArray(), [1, Tokens]),
                _ => throw new InvalidOperationException($"a decoder with an input '{name}' is not known"),
            };
        }

        if (previous is not null)
        {
            var present = PresentPrefix + name[PastPrefix.Length..];
            return previous._outputs[previous._runner.OutputNames.ToList().IndexOf(present)];
        }

        return Allocate(_runner.InputMetadata[name], pastLength: 0);
    }

    private OrtValue Output(string name)
    {
        if (name.StartsWith(PresentPrefix, StringComparison.Ordinal))
        {
            return Allocate(_runner.InputMetadata[PastPrefix + name[PresentPrefix.Length..]], Past + Tokens);
        }

        var width = _runner.OutputMetadata[name].Dimensions[^1];
        return Own(OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [1, Tokens, width]));
    }

    private OrtValue Allocate(NodeMetadata past, int pastLength)
    {
        long[] shape = [.. past.Dimensions.Select((size, axis) => axis == 0 ? 1L : axis == PastAxis ? pastLength : size)];
        return Own(OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, past.ElementDataType, shape));
    }

    private OrtValue Create(long[] values, long[] shape)
    {
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Int64, shape);
        values.CopyTo(MemoryMarshal.Cast<byte, long>(value.GetTensorMutableRawData()));
        return Own(value);
    }

    private OrtValue Own(OrtValue value)
    {
        _owned.Add(value);
        return value;
    }
}
