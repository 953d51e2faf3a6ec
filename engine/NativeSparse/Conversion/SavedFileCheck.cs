using System.Numerics.Tensors;
using NativeSparse.Forms;
using NativeSparse.Kernels;
using NativeSparse.Session;

namespace NativeSparse.Conversion;

/// <summary>Loads a saved file again and compares it with the model in memory, bit for bit: each form on random rows, then the whole model.</summary>
internal static unsafe class SavedFileCheck
{
    private const int Rows = 7;

    /// <summary>Throws when the saved file differs.</summary>
    /// <exception cref="SavedFileException">A form or an output differs.</exception>
    public static void Run(
        string path,
        ModelSession inMemory,
        IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyTensor>> batches,
        SparseOptions options,
        CancellationToken cancellation)
    {
        var backend = BackendCatalog.Open(options.Backend);
        var (saved, _) = EngineLoader.Load(ModelSource.FromFile(path), options with { Plan = null, Calibration = null }, backend, cancellation);
        using (backend)
        using (saved)
        {
            CompareForms(inMemory.Forms!, saved.Forms!);
            foreach (var batch in batches)
            {
                cancellation.ThrowIfCancellationRequested();
                CompareOutputs(inMemory, saved, batch, cancellation);
            }
        }
    }

    private static void CompareOutputs(
        ModelSession inMemory, ModelSession saved, IReadOnlyDictionary<string, IReadOnlyTensor> batch, CancellationToken cancellation)
    {
        if (!ModelComparison.SameBits(inMemory.Run(batch, cancellation), saved.Run(batch, cancellation)))
        {
            throw new SavedFileException("the saved file, loaded again, gives other outputs than the converted model in memory; it was not kept");
        }
    }

    private static void CompareForms(FormTable inMemory, FormTable saved)
    {
        if (!inMemory.Forms.Keys.ToHashSet().SetEquals(saved.Forms.Keys))
        {
            throw new SavedFileException(
                $"the saved file has the sites {string.Join(", ", saved.Forms.Keys)}, expected {string.Join(", ", inMemory.Forms.Keys)}");
        }

        using var scratch = new Scratch();
        foreach (var (name, form) in inMemory.Forms)
        {
            var other = saved.Forms[name];
            var random = new Random(1);
            var x = new float[Rows * form.InputWidth];
            for (var i = 0; i < x.Length; i++)
            {
                x[i] = (random.NextSingle() * 4) - 2;
            }

            if (!RunForm(form, x, scratch).AsSpan().SequenceEqual(RunForm(other, x, scratch)))
            {
                throw new SavedFileException($"site '{name}' computes other values after saving and loading; the file was not kept", name);
            }
        }
    }

    private static int[] RunForm(NodeOperator form, float[] x, Scratch scratch)
    {
        var y = new float[Rows * form.OutputWidths.Sum()];
        fixed (float* input = x)
        fixed (float* output = y)
        {
            using var scope = scratch.Enter();
            var outputs = new View[form.OutputWidths.Count];
            var start = 0;
            for (var i = 0; i < outputs.Length; i++)
            {
                outputs[i] = View.Create((nint)(output + start), Rows, form.OutputWidths[i]);
                start += Rows * form.OutputWidths[i];
            }

            form.Run(new Execution(SerialSplitter.Instance, scratch), View.Create((nint)input, Rows, form.InputWidth), outputs);
        }

        return Array.ConvertAll(y, BitConverter.SingleToInt32Bits);
    }
}
