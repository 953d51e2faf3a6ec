using System.Runtime.InteropServices;

namespace NativeSparse.Session;

/// <summary>
/// Shape inference of a form node: the input's shape with the last dimension replaced. An unknown dimension without a name would be written
/// back as -1 and break the next operator, so every unknown dimension gets a name.
/// </summary>
internal static unsafe class FormNodeShape
{
    private const int Float = 1;

    /// <summary>Sets the node's output shape.</summary>
    public static void Infer(nint context, int outputWidth)
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
                        invented.Add(Marshal.StringToCoTaskMemUTF8($"nativesparse_{context:x}_{i}"));
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
                    context, 0, output));
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
