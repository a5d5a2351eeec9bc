namespace MaaS.Training.Tracing.LibTorch;

/// <summary>The names under which libtorch_cpu exports the functions of its tracer.</summary>
internal sealed record TracerExports
{
    public required string GetTracingState { get; init; }

    public required string SetTracingState { get; init; }

    public required string StateConstructor { get; init; }

    public required string StateDestructor { get; init; }

    public required string CreateNode { get; init; }

    public required string InsertNode { get; init; }

    public required string SetValue { get; init; }

    public required string GetValue { get; init; }

    public required string HasValue { get; init; }

    public required string DestroyNode { get; init; }

    public required string AddOutput { get; init; }

    public required string AddInput { get; init; }

    public required string MaybeSchema { get; init; }

    public required string InferTypeFrom { get; init; }

    public required string ReplaceAllUsesWith { get; init; }

    public required string SymbolFromText { get; init; }

    public required string GraphText { get; init; }

    public required string SchemaText { get; init; }

    public required string ToValue { get; init; }

    public required string AddInteger { get; init; }

    public required string AddReal { get; init; }

    public required string AddFlag { get; init; }

    public string DeleteTensor { get; } = "aoti_torch_delete_tensor_object";

    /// <summary>The names of a system.</summary>
    public static TracerExports Of(CppAbi abi) => abi == CppAbi.Msvc ? Msvc : Itanium;

    private static TracerExports Itanium { get; } = new()
    {
        GetTracingState = "_ZN5torch3jit6tracer15getTracingStateEv",
        SetTracingState = "_ZN5torch3jit6tracer15setTracingStateESt10shared_ptrINS1_12TracingStateEE",
        StateConstructor = "_ZN5torch3jit6tracer12TracingStateC1Ev",
        StateDestructor = "_ZN5torch3jit6tracer12TracingStateD1Ev",
        CreateNode = "_ZN5torch3jit6tracer12TracingState10createNodeEN3c106SymbolEm",
        InsertNode = "_ZN5torch3jit6tracer12TracingState10insertNodeEPNS0_4NodeE",
        SetValue = "_ZN5torch3jit6tracer12TracingState8setValueERKN3c106IValueEPNS0_5ValueE",
        GetValue = "_ZN5torch3jit6tracer12TracingState8getValueERKN3c106IValueE",
        HasValue = "_ZNK5torch3jit6tracer12TracingState8hasValueERKN3c106IValueE",
        DestroyNode = "_ZN5torch3jit4Node7destroyEv",
        AddOutput = "_ZN5torch3jit4Node9addOutputEv",
        AddInput = "_ZN5torch3jit4Node8addInputEPNS0_5ValueE",
        MaybeSchema = "_ZNK5torch3jit4Node11maybeSchemaEv",
        InferTypeFrom = "_ZN5torch3jit5Value13inferTypeFromERKN2at6TensorE",
        ReplaceAllUsesWith = "_ZN5torch3jit5Value18replaceAllUsesWithEPS1_",
        SymbolFromText = "_ZN3c106Symbol14fromQualStringERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
        GraphText = "_ZNK5torch3jit5Graph8toStringB5cxx11Eb",
        SchemaText = "_ZNK3c1014FunctionSchema17findErrorInKwargsERKSt6vectorINSt7__cxx1112basic_stringIcSt11"
            + "char_traitsIcESaIcEEESaIS7_EE",
        ToValue = "_ZN5torch3jit8toIValueEPKNS0_5ValueE",
        AddInteger = "_ZN5torch3jit6tracer9addInputsEPNS0_4NodeEPKcl",
        AddReal = "_ZN5torch3jit6tracer9addInputsEPNS0_4NodeEPKcd",
        AddFlag = "_ZN5torch3jit6tracer9addInputsEPNS0_4NodeEPKcb",
    };

    private static TracerExports Msvc { get; } = new()
    {
        GetTracingState =
            "?getTracingState@tracer@jit@torch@@YAAEBV?$shared_ptr@UTracingState@tracer@jit@torch@@@std@@XZ",
        SetTracingState =
            "?setTracingState@tracer@jit@torch@@YAXV?$shared_ptr@UTracingState@tracer@jit@torch@@@std@@@Z",
        StateConstructor = "??0TracingState@tracer@jit@torch@@QEAA@XZ",
        StateDestructor = "??1TracingState@tracer@jit@torch@@QEAA@XZ",
        CreateNode = "?createNode@TracingState@tracer@jit@torch@@QEAAPEAUNode@34@USymbol@c10@@_K@Z",
        InsertNode = "?insertNode@TracingState@tracer@jit@torch@@QEAAXPEAUNode@34@@Z",
        SetValue = "?setValue@TracingState@tracer@jit@torch@@QEAAXAEBUIValue@c10@@PEAUValue@34@@Z",
        GetValue = "?getValue@TracingState@tracer@jit@torch@@QEAAPEAUValue@34@AEBUIValue@c10@@@Z",
        HasValue = "?hasValue@TracingState@tracer@jit@torch@@QEBA_NAEBUIValue@c10@@@Z",
        DestroyNode = "?destroy@Node@jit@torch@@QEAAXXZ",
        AddOutput = "?addOutput@Node@jit@torch@@QEAAPEAUValue@23@XZ",
        AddInput = "?addInput@Node@jit@torch@@QEAAPEAUValue@23@PEAU423@@Z",
        MaybeSchema = "?maybeSchema@Node@jit@torch@@QEBAPEBUFunctionSchema@c10@@XZ",
        InferTypeFrom = "?inferTypeFrom@Value@jit@torch@@QEAAXAEBVTensor@at@@@Z",
        ReplaceAllUsesWith = "?replaceAllUsesWith@Value@jit@torch@@QEAAXPEAU123@@Z",
        SymbolFromText =
            "?fromQualString@Symbol@c10@@SA?AU12@AEBV?$basic_string@DU?$char_traits@D@std@@V?$allocator@D@2@@std@@@Z",
        GraphText =
            "?toString@Graph@jit@torch@@QEBA?AV?$basic_string@DU?$char_traits@D@std@@V?$allocator@D@2@@std@@_N@Z",
        SchemaText =
            "?findErrorInKwargs@FunctionSchema@c10@@QEBA?AV?$basic_string@DU?$char_traits@D@std@@V?$allocator@D@2@@"
            + "std@@AEBV?$vector@V?$basic_string@DU?$char_traits@D@std@@V?$allocator@D@2@@std@@V?$allocator@V?"
            + "$basic_string@DU?$char_traits@D@std@@V?$allocator@D@2@@std@@@2@@4@@Z",
        ToValue = "?toIValue@jit@torch@@YA?AV?$optional@UIValue@c10@@@std@@PEBUValue@12@@Z",
        AddInteger = "?addInputs@tracer@jit@torch@@YAXPEAUNode@23@PEBD_J@Z",
        AddReal = "?addInputs@tracer@jit@torch@@YAXPEAUNode@23@PEBDN@Z",
        AddFlag = "?addInputs@tracer@jit@torch@@YAXPEAUNode@23@PEBD_N@Z",
    };
}
