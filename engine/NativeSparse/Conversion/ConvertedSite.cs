using NativeSparse.Forms;
using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Conversion;

/// <summary>A site with what it becomes.</summary>
/// <param name="Site">The dense site.</param>
/// <param name="Descriptor">Its form.</param>
/// <param name="Conversion">The form's content and report.</param>
/// <param name="Precision">How its matrices are held.</param>
internal sealed record ConvertedSite(FeedForwardSite Site, FormDescriptor Descriptor, FormConversion Conversion, Precision Precision);
