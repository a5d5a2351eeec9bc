using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking)
            {
                CheckType(dtype);
                var target = CheckDevice(device.type, device.index);
                _toEpilog(dtype, target, non_blocking);
                return this;
            }

            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                _toEpilog(null, CheckDevice(deviceType, deviceIndex), non_blocking);
                return this;
            }

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking)
            {
                CheckType(dtype);
                _toEpilog(dtype, null, non_blocking);
                return this;
            }

            public Module _to(Tensor other, bool non_blocking)
            {
                _to(other.dtype, non_blocking);
                return _to(other.device_type, other.device_index, non_blocking);
            }

            protected void _toEpilog(ScalarType dtype, bool non_blocking) => _toEpilog(dtype, null, non_blocking);

            protected void _toEpilog(Device device, ScalarType dtype, bool non_blocking) => _toEpilog(dtype, device, non_blocking);

            protected void _toEpilog(DeviceType deviceType, int deviceIndex, bool non_blocking) =>
                _toEpilog(null, new Device(deviceType, deviceIndex), non_blocking);

            /// <summary>Moves children, parameters and buffers; fields that hold a moved tensor hold the new one afterwards.</summary>
            /// <remarks>A moved parameter is a new object: make optimizers after the move.</remarks>
            protected virtual void _toEpilog(ScalarType? dtype, Device? device, bool non_blocking)
            {
                if (dtype is null && device is null)
                    throw new ArgumentNullException(nameof(device), "A module moves to a device, an element type or both; got neither.");
                using var move = new Move();
                foreach (var (_, child) in named_children())
                {
                    if (device is null) child._to(dtype!.Value, non_blocking);
                    else if (dtype is null) child._to(device.type, device.index, non_blocking);
                    else child._to(device, dtype.Value, non_blocking);
                }

                var moved = new Dictionary<Tensor, Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (key, parameter) in _internal_params.ToList<(string, Parameter)>())
                {
                    if (!move.Replaces(parameter, () => ReplaceParameter(dtype, device, parameter, out var p) ? p : null, out var replacement)) continue;
                    _internal_params[key] = replacement;
                    moved[parameter] = replacement;
                }
                foreach (var (key, (buffer, persistent)) in _internal_buffers.ToList<(string, (Tensor, bool))>())
                {
                    if (!move.Replaces(buffer, () => ReplaceBuffer(dtype, device, buffer, out var b) ? b : null, out var replacement)) continue;
                    _internal_buffers[key] = (replacement, persistent);
                    moved[buffer] = replacement;
                }
                if (moved.Count > 0)
                {
                    foreach (var field in ComponentFields(GetType()))
                        if (field.GetValue(this) is Tensor old && moved.TryGetValue(old, out var current)) field.SetValue(this, current);
                }
                if (device is null) return;
                (_deviceType, _deviceIndex) = (device.type, device.index);
            }

            /// <summary>One move of a whole tree on this thread: modules that share a tensor share what replaces it.</summary>
            private protected sealed class Move : IDisposable
            {
                [ThreadStatic]
                private static Dictionary<Tensor, Tensor>? _current;

                private readonly bool _outermost = _current is null;

                public Move() => _current ??= new(ReferenceEqualityComparer.Instance);

                /// <summary>What replaces a tensor, made when the first of its owners asks; false where it stays.</summary>
                public bool Replaces<T>(T tensor, Func<T?> make, [NotNullWhen(true)] out T? replacement) where T : Tensor
                {
                    if (_current!.TryGetValue(tensor, out var known)) replacement = (T)known;
                    else if ((replacement = make()) is not null) _current[tensor] = replacement;
                    return replacement is not null;
                }

                /// <summary>Frees what was replaced, once no module of the tree needs it.</summary>
                public void Dispose()
                {
                    if (!_outermost) return;
                    foreach (var old in _current!.Keys) old.DetachFromDisposeScope().Dispose();
                    _current = null;
                }
            }

            /// <summary>A copy of a buffer on another device or of another type; integers keep their type.</summary>
            protected static bool ReplaceBuffer(ScalarType? dtype, Device? device, Tensor buffer, out Tensor? result)
            {
                var (type, place) = Target(dtype, device, buffer);
                result = type == buffer.dtype && SameDevice(place, buffer) ? null
                    : buffer.to(type, place).DetachFromDisposeScope();
                return result is not null;
            }

            /// <summary>A copy of a parameter, with its gradient, on another device or of another type.</summary>
            protected static bool ReplaceParameter(ScalarType? dtype, Device? device, Parameter param, out Parameter? p)
            {
                p = null;
                var (type, place) = Target(dtype, device, param);
                if (type == param.dtype && SameDevice(place, param)) return false;
                using var _ = no_grad();
                p = new Parameter(param.to(type, place), param.requires_grad);
                p.DetachFromDisposeScope();
                using var grad = param.grad;
                if (grad is null) return true;
                using var movedGrad = grad.to(type, place);
                p.grad = movedGrad;
                return true;
            }

            /// <summary>Where a layer's own tensors are made when the caller names neither device nor type.</summary>
            protected static (Device device, ScalarType dtype) GetDefaultDeviceAndType(Device? device = null, ScalarType? dtype = null) =>
                (device ?? CPU, dtype ?? get_default_dtype());

            private static (ScalarType, Device) Target(ScalarType? dtype, Device? device, Tensor tensor) =>
                (dtype is { } wanted && IsReal(tensor.dtype) ? wanted : tensor.dtype, device ?? tensor.device);

            private static bool SameDevice(Device device, Tensor tensor) =>
                device.type == tensor.device_type && (device.index < 0 || device.index == tensor.device_index);

            private static bool IsReal(ScalarType type) => is_floating_point(type) || is_complex(type);

            private static void CheckType(ScalarType dtype)
            {
                if (!IsReal(dtype))
                    throw new ArgumentException($"nn.Module.to only accepts floating point or complex types, but got desired dtype={dtype}");
            }

            private static Device CheckDevice(DeviceType type, int index)
            {
                if (type != DeviceType.CUDA) return new Device(type, -1);
                if (!cuda.is_available()) throw new InvalidOperationException("CUDA is not available.");
                return new Device(type, index);
            }
        }
    }
}
