using System.Text;

namespace MaaS.Training.Tracing.LibTorch;

/// <summary>The functions of libtorch's tracer, called in the process's own libtorch through function pointers. None of
/// them throws as it is called here: a C++ exception that meets managed frames ends the process on Linux.</summary>
/// <remarks>States, graphs, nodes and values are pointers; tensors are TorchSharp's handles.</remarks>
internal sealed unsafe class TracerFunctions
{
    private readonly CppAbi _abi;
    private readonly delegate* unmanaged<CppSharedPointer*> _getTracingState;
    private readonly delegate* unmanaged<CppSharedPointer*, void> _setTracingState;
    private readonly delegate* unmanaged<nint, void> _stateConstructor;
    private readonly delegate* unmanaged<nint, void> _stateDestructor;
    private readonly delegate* unmanaged<nint, uint, nuint, nint> _createNode;
    private readonly delegate* unmanaged<nint, nint, void> _insertNode;
    private readonly delegate* unmanaged<nint, CppValue*, nint, void> _setValue;
    private readonly delegate* unmanaged<nint, CppValue*, nint> _getValue;
    private readonly delegate* unmanaged<nint, CppValue*, byte> _hasValue;
    private readonly delegate* unmanaged<nint, void> _destroyNode;
    private readonly delegate* unmanaged<nint, nint> _addOutput;
    private readonly delegate* unmanaged<nint, nint, nint> _addInput;
    private readonly delegate* unmanaged<nint, nint> _maybeSchema;
    private readonly delegate* unmanaged<nint, nint, void> _inferTypeFrom;
    private readonly delegate* unmanaged<nint, nint, void> _replaceAllUsesWith;
    private readonly delegate* unmanaged<CppOptionalValue*, nint, CppOptionalValue*> _toValue;
    private readonly delegate* unmanaged<nint, int> _deleteTensor;
    private readonly nint _symbolFromText;
    private readonly nint _graphText;
    private readonly nint _schemaText;

    /// <exception cref="TracingException">The library lacks a function.</exception>
    public TracerFunctions(LoadedLibTorch library)
    {
        _abi = library.Abi;
        var names = TracerExports.Of(_abi);
        _getTracingState = (delegate* unmanaged<CppSharedPointer*>)library.Export(names.GetTracingState);
        _setTracingState = (delegate* unmanaged<CppSharedPointer*, void>)library.Export(names.SetTracingState);
        _stateConstructor = (delegate* unmanaged<nint, void>)library.Export(names.StateConstructor);
        _stateDestructor = (delegate* unmanaged<nint, void>)library.Export(names.StateDestructor);
        _createNode = (delegate* unmanaged<nint, uint, nuint, nint>)library.Export(names.CreateNode);
        _insertNode = (delegate* unmanaged<nint, nint, void>)library.Export(names.InsertNode);
        _setValue = (delegate* unmanaged<nint, CppValue*, nint, void>)library.Export(names.SetValue);
        _getValue = (delegate* unmanaged<nint, CppValue*, nint>)library.Export(names.GetValue);
        _hasValue = (delegate* unmanaged<nint, CppValue*, byte>)library.Export(names.HasValue);
        _destroyNode = (delegate* unmanaged<nint, void>)library.Export(names.DestroyNode);
        _addOutput = (delegate* unmanaged<nint, nint>)library.Export(names.AddOutput);
        _addInput = (delegate* unmanaged<nint, nint, nint>)library.Export(names.AddInput);
        _maybeSchema = (delegate* unmanaged<nint, nint>)library.Export(names.MaybeSchema);
        _inferTypeFrom = (delegate* unmanaged<nint, nint, void>)library.Export(names.InferTypeFrom);
        _replaceAllUsesWith = (delegate* unmanaged<nint, nint, void>)library.Export(names.ReplaceAllUsesWith);
        _toValue = (delegate* unmanaged<CppOptionalValue*, nint, CppOptionalValue*>)library.Export(names.ToValue);
        _deleteTensor = (delegate* unmanaged<nint, int>)library.Export(names.DeleteTensor);
        _symbolFromText = library.Export(names.SymbolFromText);
        _graphText = library.Export(names.GraphText);
        _schemaText = library.Export(names.SchemaText);
    }

    /// <summary>Whether a trace runs on this thread.</summary>
    public bool IsTracing => _getTracingState()->Target != 0;

    /// <summary>Makes a state the one that records this thread's operators; 0 ends recording.</summary>
    /// <remarks>The pointer without a control block leaves the state with the caller.</remarks>
    public void SetTracingState(nint state)
    {
        var pointer = new CppSharedPointer { Target = state };
        _setTracingState(&pointer);
    }

    /// <summary>Makes a state in zeroed memory.</summary>
    public void ConstructState(nint memory) => _stateConstructor(memory);

    /// <summary>Frees what a state holds, its graph included.</summary>
    public void DestructState(nint state) => _stateDestructor(state);

    /// <summary>A number for a qualified name such as <c>aten::add</c>.</summary>
    public uint Symbol(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text + '\0');
        fixed (byte* characters = bytes)
        {
            var name = CppString.Borrow(characters, bytes.Length - 1, _abi);
            if (_abi == CppAbi.Itanium)
            {
                return ((delegate* unmanaged<CppString*, uint>)_symbolFromText)(&name);
            }

            // Microsoft's compilers return a class with constructors through a hidden pointer.
            uint symbol = 0;
            ((delegate* unmanaged<uint*, CppString*, uint*>)_symbolFromText)(&symbol, &name);
            return symbol;
        }
    }

    /// <summary>A node outside of the graph.</summary>
    public nint CreateNode(nint state, uint kind, int outputs) => _createNode(state, kind, (nuint)outputs);

    /// <summary>Puts a node at the graph's end.</summary>
    public void InsertNode(nint state, nint node) => _insertNode(state, node);

    public void DestroyNode(nint node) => _destroyNode(node);

    public nint AddOutput(nint node) => _addOutput(node);

    public void AddInput(nint node, nint value) => _addInput(node, value);

    /// <summary>Gives a value the type, sizes and strides of a tensor.</summary>
    public void InferType(nint value, nint tensor) => _inferTypeFrom(value, tensor);

    public void ReplaceUses(nint value, nint by) => _replaceAllUsesWith(value, by);

    /// <summary>Says which value a tensor is.</summary>
    public void SetValue(nint state, nint tensor, nint value)
    {
        var key = CppValue.Borrow(tensor);
        _setValue(state, &key, value);
    }

    /// <summary>The value of a tensor that is an input or was computed; 0 where the state does not know it.</summary>
    /// <remarks>The state must be the thread's.</remarks>
    public nint KnownValue(nint state, nint tensor)
    {
        var key = CppValue.Borrow(tensor);
        return _hasValue(state, &key) != 0 ? _getValue(state, &key) : 0;
    }

    /// <summary>The value of a tensor; one that the state does not know becomes a constant of the graph.</summary>
    /// <param name="tensor">Must not require a gradient.</param>
    public nint ConstantValue(nint state, nint tensor)
    {
        var key = CppValue.Borrow(tensor);
        return _getValue(state, &key);
    }

    /// <summary>The tensor that a constant node's value holds, as a reference that the caller takes over; 0 where it is
    /// none.</summary>
    /// <remarks>Of a constant text one reference is not given back, a few bytes.</remarks>
    public nint TakeConstantTensor(nint value)
    {
        CppOptionalValue constant;
        _toValue(&constant, value);
        return constant.HasValue == 1 && constant.Value.Tag == CppValue.TensorTag ? constant.Value.Payload : 0;
    }

    /// <summary>Deletes an <c>at::Tensor</c> on the C++ heap, and with it its reference.</summary>
    public void DeleteTensor(nint tensor) => _deleteTensor(tensor);

    /// <summary>The graph in words.</summary>
    /// <remarks>Reads the elements of constant tensors, which throws for some: there must be none.</remarks>
    public string GraphText(nint graph)
    {
        CppString text;
        const byte WithoutSourceLines = 0;
        if (_abi == CppAbi.Itanium)
        {
            ((delegate* unmanaged<CppString*, nint, byte, CppString*>)_graphText)(&text, graph, WithoutSourceLines);
        }
        else
        {
            ((delegate* unmanaged<nint, CppString*, byte, CppString*>)_graphText)(graph, &text, WithoutSourceLines);
        }

        return CppString.Take(&text, _abi);
    }

    /// <summary>Which overload a node calls; 0 where libtorch knows none. It lives as long as the process.</summary>
    public nint Schema(nint node) => _maybeSchema(node);

    /// <summary>A schema in words, alias marks included: the message for a keyword that no operator has ends in
    /// it.</summary>
    public string SchemaText(nint schema)
    {
        var unknown = "?\0"u8;
        fixed (byte* characters = unknown)
        {
            var keyword = CppString.Borrow(characters, 1, _abi);
            var end = (nint)(&keyword + 1);
            var keywords = new CppVector { Begin = (nint)(&keyword), End = end, Capacity = end };
            CppString text;
            if (_abi == CppAbi.Itanium)
            {
                ((delegate* unmanaged<CppString*, nint, CppVector*, CppString*>)_schemaText)(&text, schema, &keywords);
            }
            else
            {
                ((delegate* unmanaged<nint, CppString*, CppVector*, CppString*>)_schemaText)(schema, &text, &keywords);
            }

            var message = CppString.Take(&text, _abi);
            const string Mark = "Schema: ";
            var at = message.IndexOf(Mark, StringComparison.Ordinal);
            return at >= 0 ? message[(at + Mark.Length)..]
                : throw new TracingException($"expected an operator's schema, got: {message}");
        }
    }
}
