using NativeSparse.Onnx;
using NativeSparse.Session;

namespace NativeSparse.Forms;

/// <summary>Form nodes as a session sees them: the engine owns the weights, the node only names its site.</summary>
internal static class SessionNodes
{
    /// <summary>The node of a site.</summary>
    public static ReplacementNode Create(string site, FormDescriptor descriptor) => new()
    {
        Domain = CustomOpDomain.Domain,
        OpType = descriptor.OpType,
        Name = site,
        Attributes = Attributes(site),
    };

    /// <summary>The attributes of a site's node.</summary>
    public static Dictionary<string, object> Attributes(string site) => new() { [CustomOpDomain.SiteAttribute] = site };
}
