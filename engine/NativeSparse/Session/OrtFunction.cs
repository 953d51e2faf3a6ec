namespace NativeSparse.Session;

/// <summary>Positions in ONNX Runtime's C function table.</summary>
internal enum OrtFunction
{
    CreateStatus = 0,
    GetErrorMessage = 2,
    Run = 9,
    CloneSessionOptions = 12,
    CreateCustomOpDomain = 26,
    CustomOpDomain_Add = 27,
    AddCustomOpDomain = 28,
    GetTensorMutableData = 51,
    CreateTensorTypeAndShapeInfo = 57,
    SetTensorElementType = 58,
    SetDimensions = 59,
    GetDimensionsCount = 61,
    GetDimensions = 62,
    GetSymbolicDimensions = 63,
    GetTensorTypeAndShape = 65,
    KernelInfoGetAttribute_string = 87,
    KernelContext_GetInput = 90,
    KernelContext_GetOutput = 91,
    ReleaseStatus = 93,
    ReleaseTensorTypeAndShapeInfo = 99,
    ReleaseSessionOptions = 100,
    ReleaseCustomOpDomain = 101,
    ShapeInferContext_GetInputTypeShape = 268,
    ShapeInferContext_GetAttribute = 269,
    ShapeInferContext_SetOutputTypeShape = 270,
    SetSymbolicDimensions = 271,
    ReadOpAttr = 272,
    KernelContext_ParallelFor = 274,
}
