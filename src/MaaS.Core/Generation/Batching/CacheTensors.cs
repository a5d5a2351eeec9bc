using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Batching;

/// <summary>Memory for the keys and values of a batch that is put together anew, used again each time.</summary>
/// <param name="layout">Sizes.</param>
/// <param name="heads">Heads of keys and values.</param>
/// <param name="headSize">Numbers of a head's key or value.</param>
/// <param name="type">Of the numbers.</param>
internal sealed unsafe class CacheTensors(CacheLayout layout, int heads, int headSize, ElementType type) : IDisposable
{
    private byte* _memory;
    private long _capacity;

    /// <summary>Tensors (rows, H, length, D) of any content; valid until the next call.</summary>
    public TensorValue[] Take(int rows, int length)
    {
        var bytes = layout.TensorBytes(rows, length);
        var needed = bytes * layout.Tensors;
        if (needed >= _capacity || needed < _capacity / 4)
        {
            System.Runtime.InteropServices.NativeMemory.AlignedFree(_memory);
            _capacity = 0;
            _memory = null;
            var room = needed + (needed / 4) + 64;
            _memory = (byte*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc((nuint)room, 64);
            _capacity = room;
        }

        var tensors = new TensorValue[layout.Tensors];
        for (var i = 0; i < tensors.Length; i++)
        {
            var memory = new NativeMemory(_memory + (i * bytes), checked((int)bytes), () => true);
            tensors[i] = new TensorValue(type, [rows, heads, length, headSize], memory.Memory);
        }

        return tensors;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        System.Runtime.InteropServices.NativeMemory.AlignedFree(_memory);
        _memory = null;
        _capacity = 0;
    }
}
