using NativeSparse.Forms;
using NativeSparse.Kernels;

namespace NativeSparse.Session;

/// <summary>The forms of one session by site name, with what their runs share. Owns the forms and the scratch memory.</summary>
internal sealed class FormTable(IReadOnlyDictionary<string, FeedForward> forms, int threads) : IDisposable
{
    /// <summary>Form of each site.</summary>
    public IReadOnlyDictionary<string, FeedForward> Forms { get; } = forms;

    /// <summary>Scratch memory and a splitter for each run under way.</summary>
    public RunSlotPool Slots { get; } = new(threads);

    /// <summary>Why a device failed last: ONNX Runtime carries only the text of what a form throws.</summary>
    public DeviceLostException? Loss { get; set; }

    /// <summary>The form of a site.</summary>
    /// <exception cref="Onnx.ModelFormatException">There is no such site.</exception>
    public FeedForward this[string site] => Forms.TryGetValue(site, out var form)
        ? form
        : throw new Onnx.ModelFormatException($"the graph names a site '{site}' that has no form", site: site);

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
