using System.Text;

namespace NativeSparse.Session;

/// <summary>Reads the site's name from a form node.</summary>
internal static unsafe class FormNodeAttributes
{
    private const int StringAttribute = 5;

    /// <summary>The site of a node, from its kernel info.</summary>
    public static string ReadSite(nint kernelInfo)
    {
        var read = (delegate* unmanaged<nint, byte*, byte*, nuint*, nint>)OrtApi.Function(OrtFunction.KernelInfoGetAttribute_string);
        fixed (byte* name = "site\0"u8)
        {
            nuint size = 0;
            OrtApi.Check(read(kernelInfo, name, null, &size));
            var bytes = new byte[size];
            fixed (byte* address = bytes)
            {
                OrtApi.Check(read(kernelInfo, name, address, &size));
            }

            return Encoding.UTF8.GetString(bytes).TrimEnd('\0');
        }
    }

    /// <summary>The site of a node, from its shape-inference context.</summary>
    public static string ReadSiteForInference(nint shapeContext)
    {
        nint attribute;
        fixed (byte* name = "site\0"u8)
        {
            var get = (delegate* unmanaged<nint, byte*, nint*, nint>)OrtApi.Function(OrtFunction.ShapeInferContext_GetAttribute);
            OrtApi.Check(get(shapeContext, name, &attribute));
        }

        var read = (delegate* unmanaged<nint, int, void*, nuint, nuint*, nint>)OrtApi.Function(OrtFunction.ReadOpAttr);
        var bytes = new byte[1024];
        nuint size = 0;
        fixed (byte* address = bytes)
        {
            OrtApi.Check(read(attribute, StringAttribute, address, (nuint)bytes.Length, &size));
        }

        return Encoding.UTF8.GetString(bytes, 0, (int)size).TrimEnd('\0');
    }
}
