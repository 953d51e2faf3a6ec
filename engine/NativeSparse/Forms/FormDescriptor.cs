using System.Text.Json.Nodes;
using NativeSparse.Conversion;
using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Forms;

/// <summary>Everything the rest of the engine knows about a form. Stateless and thread-safe; registered once in <see cref="FormRegistry"/>.</summary>
internal abstract class FormDescriptor
{
    /// <summary>Name in plans and on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Operator name of its nodes.</summary>
    public abstract string OpType { get; }

    /// <summary>One line for help texts.</summary>
    public abstract string Summary { get; }

    /// <summary>Names of its converters, the default one first.</summary>
    public abstract IReadOnlyList<string> Converters { get; }

    /// <summary>Its options, for help texts.</summary>
    public abstract IReadOnlyList<FormOption> Options { get; }

    /// <summary>How its matrices may be held.</summary>
    public abstract IReadOnlyList<Precision> Precisions { get; }

    /// <summary>Whether the form computes, at this precision, what the network did: there is no error to measure.</summary>
    public virtual bool IsExact(Precision precision) => false;

    /// <summary>Whether a conversion with these settings fits something on calibration inputs.</summary>
    /// <exception cref="ConversionException">The converter or an option does not exist.</exception>
    public abstract bool NeedsCalibration(string? converter, JsonObject? options);

    /// <summary>Checks that the converter reads every option that is set.</summary>
    /// <exception cref="ConversionException">It does not read one of them, so that setting it would change nothing.</exception>
    public void CheckOptions(string site, string? converter, JsonObject? options)
    {
        var reader = converter ?? Converters[0];
        var unread = Options.FirstOrDefault(option => !option.IsReadBy(reader) && options?.ContainsKey(option.Name) == true);
        if (unread is not null)
        {
            throw new ConversionException(
                $"site '{site}': converter '{reader}' of form '{Name}' does not read option '{unread.Name}'; "
                + $"remove it, or use {string.Join(" or ", unread.Converters)}",
                site,
                Name);
        }
    }

    /// <summary>Converts a site.</summary>
    /// <exception cref="ConversionException">The settings do not exist or do not fit the site.</exception>
    public abstract FormConversion Convert(ConversionContext context, string? converter, JsonObject? options);

    /// <summary>The node's constants and attributes.</summary>
    public abstract ReplacementNode Write(string site, FormParameters parameters);

    /// <summary>Reads a node back.</summary>
    /// <exception cref="ModelFormatException">The node does not follow the schema.</exception>
    public abstract FormParameters Read(FormNode node);

    /// <summary>Packs the parameters of a site for a backend.</summary>
    /// <exception cref="NotSupportedException">The backend has no such matrices; the message names the site.</exception>
    public FeedForward BuildSite(string site, FormParameters parameters, Backend backend)
    {
        try
        {
            return Build(parameters, backend);
        }
        catch (NotSupportedException exception)
        {
            throw Lacks(site, exception);
        }
    }

    /// <summary>What to throw where a backend lacks what a site needs.</summary>
    public NotSupportedException Lacks(string site, NotSupportedException reason) =>
        new($"site '{site}', form '{Name}': {reason.Message}; choose what it has, or the backend 'cpu'", reason);

    /// <summary>Packs the parameters for a backend.</summary>
    public abstract FeedForward Build(FormParameters parameters, Backend backend);
}
