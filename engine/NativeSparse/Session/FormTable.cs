using NativeSparse.Forms;
using NativeSparse.Kernels;

namespace NativeSparse.Session;

/// <summary>The forms and linears of one session by site name, with what their runs share. Owns the forms and the scratch memory.</summary>
internal sealed class FormTable(IReadOnlyDictionary<string, NodeOperator> forms, int threads) : IDisposable
{
    /// <summary>What runs each site.</summary>
    public IReadOnlyDictionary<string, NodeOperator> Forms { get; } = forms;

    /// <summary>Scratch memory and a splitter for each run under way.</summary>
    public RunSlotPool Slots { get; } = new(threads);

    /// <summary>Why a device failed last: ONNX Runtime carries only the text of what a form throws.</summary>
    public DeviceLostException? Loss { get; set; }

    /// <summary>What runs a site.</summary>
    /// <exception cref="Onnx.ModelFormatException">There is no such site.</exception>
    public NodeOperator this[string site] => Forms.TryGetValue(site, out var form)
        ? form
        : throw new Onnx.ModelFormatException($"the graph names a site '{site}' that has no weights", site: site);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var form in Forms.Values.Distinct())
        {
            form.Dispose();
        }

        Slots.Dispose();
    }
}
