using System.Runtime.InteropServices;

namespace NativeSparse.Session;

/// <summary>
/// Shape inference of our nodes: for each output the input's shape with the last dimension replaced. An unknown dimension without a name would be written
/// back as -1 and break the next operator, so every unknown dimension gets a name: the
/// site's, as ONNX Runtime lets values whose dimensions have the same names share memory.
/// </summary>
internal static unsafe class FormNodeShape
{
    private const int Float = 1;

    /// <summary>Sets the shapes of the node's outputs.</summary>
    public static void Infer(nint context, string site, IReadOnlyList<int> outputWidths)
    {
        for (var i = 0; i < outputWidths.Count; i++)
        {
            Infer(context, site, (nuint)i, outputWidths[i]);
        }
    }

    private static void Infer(nint context, string site, nuint index, int outputWidth)
    {
        nint input; // borrowed: not ours to release
        OrtApi.Check(((delegate* unmanaged<nint, nuint, nint*, nint>)OrtApi.Function(OrtFunction.ShapeInferContext_GetInputTypeShape))(
            context, 0, &input));
        nuint rank;
        OrtApi.Check(((delegate* unmanaged<nint, nuint*, nint>)OrtApi.Function(OrtFunction.GetDimensionsCount))(input, &rank));
        if (rank == 0)
        {
            return;
        }

        var dimensions = new long[rank];
        var names = new byte*[rank];
        var invented = new List<nint>();
        nint output = 0;
        try
        {
            fixed (long* dimension = dimensions)
            fixed (byte** name = names)
            {
                OrtApi.Check(((delegate* unmanaged<nint, long*, nuint, nint>)OrtApi.Function(OrtFunction.GetDimensions))(input, dimension, rank));
                OrtApi.Check(((delegate* unmanaged<nint, byte**, nuint, nint>)OrtApi.Function(OrtFunction.GetSymbolicDimensions))(input, name, rank));
                for (var i = 0; i < (int)rank; i++)
                {
                    if (dimension[i] < 0 && (name[i] is null || *name[i] == 0))
                    {
                        invented.Add(Marshal.StringToCoTaskMemUTF8($"nativesparse {site} {i}"));
                        name[i] = (byte*)invented[^1];
                    }
                }

                invented.Add(Marshal.StringToCoTaskMemUTF8(string.Empty));
                name[rank - 1] = (byte*)invented[^1];
                dimension[rank - 1] = outputWidth;
                OrtApi.Check(((delegate* unmanaged<nint*, nint>)OrtApi.Function(OrtFunction.CreateTensorTypeAndShapeInfo))(&output));
                OrtApi.Check(((delegate* unmanaged<nint, int, nint>)OrtApi.Function(OrtFunction.SetTensorElementType))(output, Float));
                OrtApi.Check(((delegate* unmanaged<nint, long*, nuint, nint>)OrtApi.Function(OrtFunction.SetDimensions))(output, dimension, rank));
                OrtApi.Check(((delegate* unmanaged<nint, byte**, nuint, nint>)OrtApi.Function(OrtFunction.SetSymbolicDimensions))(output, name, rank));
                OrtApi.Check(((delegate* unmanaged<nint, nuint, nint, nint>)OrtApi.Function(OrtFunction.ShapeInferContext_SetOutputTypeShape))(
                    context, index, output));
            }
        }
        finally
        {
            foreach (var text in invented)
            {
                Marshal.FreeCoTaskMem(text);
            }

            if (output != 0)
            {
                ((delegate* unmanaged<nint, void>)OrtApi.Function(OrtFunction.ReleaseTensorTypeAndShapeInfo))(output);
            }
        }
    }
}
