using System.Runtime.InteropServices;
using System.Text;

namespace MaaS.Training.Tracing.LibTorch;

/// <summary><c>std::string</c>: 32 bytes. libstdc++ keeps pointer, length, and 16 bytes for a short text or the
/// capacity; Microsoft's library 16 bytes for a short text or the pointer, then length and capacity.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CppString
{
    private const int ShortLength = 15;

    // Microsoft's library aligns blocks from this size on to 32 bytes and keeps what malloc gave just before them.
    private const int BigBlock = 4096;

    private ulong _word0;
    private ulong _word1;
    private ulong _word2;
    private ulong _word3;

    /// <summary>A string that libtorch may read and does not own.</summary>
    /// <param name="characters">UTF-8, followed by a zero; must stay in place.</param>
    /// <param name="length">Without the zero.</param>
    public static CppString Borrow(byte* characters, int length, CppAbi abi)
    {
        var text = new CppString();
        if (abi == CppAbi.Itanium)
        {
            text._word0 = (ulong)characters;
            text._word1 = text._word2 = (ulong)length;
            return text;
        }

        text._word0 = (ulong)characters;
        text._word2 = (ulong)length;
        text._word3 = (ulong)Math.Max(length, ShortLength);
        if (length <= ShortLength)
        {
            text._word0 = 0;
            Buffer.MemoryCopy(characters, &text, ShortLength, length);
        }

        return text;
    }

    /// <summary>Reads a string that libtorch returned, and frees it.</summary>
    public static string Take(CppString* text, CppAbi abi) =>
        abi == CppAbi.Itanium ? TakeItanium(text) : TakeMsvc(text);

    private static string TakeItanium(CppString* text)
    {
        var result = Encoding.UTF8.GetString((byte*)text->_word0, checked((int)text->_word1));
        if (text->_word0 != (ulong)&text->_word2)
        {
            NativeMemory.Free((void*)text->_word0);
        }

        return result;
    }

    private static string TakeMsvc(CppString* text)
    {
        if (text->_word2 > text->_word3)
        {
            throw new TracingException(
                $"a C++ string of length {text->_word2} has the capacity {text->_word3}: its layout is another one");
        }

        var length = checked((int)text->_word2);
        if (text->_word3 <= ShortLength)
        {
            return Encoding.UTF8.GetString((byte*)text, length);
        }

        var characters = (byte*)text->_word0;
        var result = Encoding.UTF8.GetString(characters, length);
        var block = characters;
        if (text->_word3 + 1 >= BigBlock)
        {
            block = ((byte**)characters)[-1];
            if (characters - block is < 8 or > 39)
            {
                throw new TracingException(
                    $"a C++ string of {length} bytes does not name its block: it is laid out in another way");
            }
        }

        NativeMemory.Free(block);
        return result;
    }
}
