using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace NativeSparse.Session;

/// <summary>
/// The custom-operator domain of one session: one operator for each form, whose nodes carry only the name of their site. Owns the native
/// operators; dispose it after the session.
/// </summary>
internal sealed unsafe class CustomOpDomain : IDisposable
{
    /// <summary>Domain of the form nodes, in files and in sessions.</summary>
    public const string Domain = "nativesparse";

    /// <summary>The attribute that names the site.</summary>
    public const string SiteAttribute = "site";

    private readonly List<nint> _ops = [];
    private nint _domain;

    /// <summary>Creates the domain for a session's forms.</summary>
    public CustomOpDomain(FormTable forms, IEnumerable<string> opTypes)
    {
        var name = Marshal.StringToCoTaskMemUTF8(Domain);
        try
        {
            nint domain;
            OrtApi.Check(((delegate* unmanaged<byte*, nint*, nint>)OrtApi.Function(OrtFunction.CreateCustomOpDomain))((byte*)name, &domain));
            _domain = domain;
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }

        foreach (var opType in opTypes)
        {
            var op = FormNodeCallbacks.Create(forms, opType);
            _ops.Add((nint)op);
            OrtApi.Check(((delegate* unmanaged<nint, void*, nint>)OrtApi.Function(OrtFunction.CustomOpDomain_Add))(_domain, op));
        }
    }

    /// <summary>Adds the domain to session options.</summary>
    public void AddTo(SessionOptions options) => OrtApi.Check(
        ((delegate* unmanaged<nint, nint, nint>)OrtApi.Function(OrtFunction.AddCustomOpDomain))(options.DangerousGetHandle(), _domain));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_domain == 0)
        {
            return;
        }

        ((delegate* unmanaged<nint, void>)OrtApi.Function(OrtFunction.ReleaseCustomOpDomain))(_domain);
        _domain = 0;
        foreach (var op in _ops)
        {
            FormNodeCallbacks.Free((CustomOp*)op);
        }
    }
}
