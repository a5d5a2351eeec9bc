using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Batching;

/// <summary>Memory for the keys and values of a batch that is put together anew, used again each time.</summary>
/// <param name="layout">Sizes.</param>
/// <param name="heads">Heads of keys and values.</param>
/// <param name="headSize">Numbers of a head's key or value.</param>
/// <param name="type">Of the numbers.</param>
internal sealed unsafe class CacheTensors(CacheLayout layout, int heads, int headSize, ElementType type) : IDisposable
{
    private const int Alignment = 64;

    private void* _memory;
    private long _capacity;

    /// <summary>Tensors (rows, H, length, D) of any content; valid until the next call.</summary>
    public TensorValue[] Take(int rows, int length)
    {
        var bytes = layout.TensorBytes(rows, length);
        var needed = (bytes * layout.Tensors) + Alignment;
        if (needed > _capacity || needed < _capacity / 4)
        {
            // Pages that were there stay: touching new ones takes longer than all the copying that follows.
            var room = needed + (needed / 4);
            _memory = System.Runtime.InteropServices.NativeMemory.Realloc(_memory, (nuint)room);
            _capacity = room;
        }

        var start = (byte*)(((nuint)_memory + Alignment - 1) & ~(nuint)(Alignment - 1));
        var tensors = new TensorValue[layout.Tensors];
        for (var i = 0; i < tensors.Length; i++)
        {
            var memory = new NativeMemory(start + (i * bytes), checked((int)bytes), () => true);
            tensors[i] = new TensorValue(type, [rows, heads, length, headSize], memory.Memory);
        }

        return tensors;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        System.Runtime.InteropServices.NativeMemory.Free(_memory);
        _memory = null;
        _capacity = 0;
    }
}
