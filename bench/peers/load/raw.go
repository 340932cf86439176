package main

import (
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// rawCodec hands messages through as bytes: most of a response is of no interest here, and reading it would slow the
// server beside us.
type rawCodec struct{}

func (rawCodec) Marshal(message any) ([]byte, error) { return message.([]byte), nil }
func (rawCodec) Name() string                        { return "proto" }
func (rawCodec) Unmarshal(data []byte, into any) error {
	*into.(*[]byte) = data
	return nil
}

// head is what a client must know of a response to acknowledge it.
type head struct {
	typeURL, version, nonce string
	resources               int
}

// headOf reads a response of either variant: type_url and nonce have the same numbers in both.
func headOf(response []byte) (head, error) {
	var found head
	for len(response) > 0 {
		number, kind, length := protowire.ConsumeTag(response)
		if length < 0 {
			return found, protowire.ParseError(length)
		}
		response = response[length:]
		if kind != protowire.BytesType {
			if length = protowire.ConsumeFieldValue(number, kind, response); length < 0 {
				return found, protowire.ParseError(length)
			}
			response = response[length:]
			continue
		}
		value, length := protowire.ConsumeBytes(response)
		if length < 0 {
			return found, protowire.ParseError(length)
		}
		response = response[length:]
		switch number {
		case 1:
			found.version = string(value)
		case 2:
			found.resources++
		case 4:
			found.typeURL = string(value)
		case 5:
			found.nonce = string(value)
		}
	}
	return found, nil
}

// request is what an Envoy says: names it asks for, and the response that it accepts thereby.
func (e *envoy) request(typeURL string, names []string, accepted head) ([]byte, error) {
	if e.plan.Mode == "delta" {
		return proto.Marshal(&discovery.DeltaDiscoveryRequest{
			Node: e.node(), TypeUrl: typeURL, ResourceNamesSubscribe: names, ResponseNonce: accepted.nonce,
		})
	}
	// In state of the world every request repeats all names.
	return proto.Marshal(&discovery.DiscoveryRequest{
		Node: e.node(), TypeUrl: typeURL, ResourceNames: e.plan.Names[typeURL],
		VersionInfo: accepted.version, ResponseNonce: accepted.nonce,
	})
}
