/** Building blocks of an ONNX file: nodes, constants, and the model around them. */
import { createRequire } from 'node:module';
import type onnxProto from 'onnx-proto';

type Attribute = onnxProto.onnx.IAttributeProto;
type Node = onnxProto.onnx.INodeProto;
type Constant = onnxProto.onnx.ITensorProto;

export type { Constant as OnnxConstant, Node as OnnxNode };

/** Old enough for every runtime since 2021, new enough for all operators used here. */
const IR_VERSION = 7;
const OPSET_VERSION = 13;
const ML_OPSET_VERSION = 2;
export const ML_DOMAIN = 'ai.onnx.ml';

/** Name of the one input: nRows × columns, float32. */
export const INPUT_NAME = 'x';

/** Numbers of the ONNX standard: AttributeProto.AttributeType, TensorProto.DataType. */
const AttributeType = { FLOAT: 1, INT: 2, STRING: 3, FLOATS: 6, INTS: 7, STRINGS: 8 } as const;
export const FLOAT = 1;
export const INT64 = 7;

const encodeText = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An attribute of one int64. */
export function intAttribute(name: string, value: number): Attribute {
  return { name, type: AttributeType.INT, i: value };
}

/** An attribute of int64 values. */
export function intsAttribute(name: string, values: ArrayLike<number>): Attribute {
  return { name, type: AttributeType.INTS, ints: Array.from(values) };
}

/** An attribute of one number, which ONNX keeps as float32. */
export function floatAttribute(name: string, value: number): Attribute {
  return { name, type: AttributeType.FLOAT, f: value };
}

/** An attribute of numbers, which ONNX keeps as float32. */
export function floatsAttribute(name: string, values: ArrayLike<number>): Attribute {
  return { name, type: AttributeType.FLOATS, floats: Array.from(values) };
}

/** An attribute of one text. */
export function stringAttribute(name: string, value: string): Attribute {
  return { name, type: AttributeType.STRING, s: encodeText(value) };
}

/** An attribute of texts. */
export function stringsAttribute(name: string, values: readonly string[]): Attribute {
  return { name, type: AttributeType.STRINGS, strings: values.map(encodeText) };
}

/** One operator with one output; `domain` is left out for the standard operators. */
export function node(
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: readonly Attribute[] = [],
  domain?: string,
): Node {
  return { opType, name: output, input: [...inputs], output: [output], attribute: [...attributes], domain };
}

/** Turns `input` into another number type. */
export function cast(input: string, output: string, type: number): Node {
  return node('Cast', [input], output, [intAttribute('to', type)]);
}

/** A float32 constant of shape `dims`, row-major. */
export function floats(name: string, dims: readonly number[], values: ArrayLike<number>): Constant {
  return { name, dataType: FLOAT, dims: [...dims], floatData: Array.from(values) };
}

/** An int64 constant of shape `dims`, row-major. */
export function integers(name: string, dims: readonly number[], values: ArrayLike<number>): Constant {
  return { name, dataType: INT64, dims: [...dims], int64Data: Array.from(values) };
}

export interface OnnxOutput {
  readonly name: string;
  readonly type: number;
  /** Columns; left out for a flat list of one value a row. */
  readonly nCols?: number;
}

export interface OnnxParts {
  /** What the model is, e.g. `spyhop-kmeans`. */
  readonly name: string;
  readonly featureNames: readonly string[];
  readonly nodes: readonly Node[];
  readonly constants: readonly Constant[];
  readonly outputs: readonly OnnxOutput[];
}

function valueInfo(name: string, elemType: number, nCols?: number): onnxProto.onnx.IValueInfoProto {
  const dim = [{ dimParam: 'rows' }, ...(nCols === undefined ? [] : [{ dimValue: nCols }])];
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

/** The bytes of an .onnx file. The feature names travel as JSON in the metadata entry `feature_names`. */
export function encodeOnnx({ name, featureNames, nodes, constants, outputs }: OnnxParts): Uint8Array {
  // Loaded where it is needed: that takes an eighth of a second, and training steps import this file for their last line.
  const { onnx } = createRequire(import.meta.url)('onnx-proto') as typeof onnxProto;
  return onnx.ModelProto.encode({
    irVersion: IR_VERSION,
    producerName: 'spyhop',
    opsetImport: [
      { domain: '', version: OPSET_VERSION },
      { domain: ML_DOMAIN, version: ML_OPSET_VERSION },
    ],
    metadataProps: [{ key: 'feature_names', value: JSON.stringify(featureNames) }],
    graph: {
      name,
      node: [...nodes],
      initializer: [...constants],
      input: [valueInfo(INPUT_NAME, FLOAT, featureNames.length)],
      output: outputs.map((output) => valueInfo(output.name, output.type, output.nCols)),
    },
  }).finish();
}
